"""Convert EXTRA_FIELDS to Razorpay's fields; unknown names become notes.

Pure.
"""

from collections.abc import Mapping
from typing import Any

from invoice_providers.messages import cut
from invoice_shared.errors import Rejected
from invoice_shared.text import visible

MAX_TEXT = 2048
MAX_NOTES = 15
MAX_NOTE = 256

TEXTS = ("description", "terms", "comment")
SWITCHES = ("sms_notify", "email_notify", "partial_payment")
WORDS = {"true": True, "1": True, "false": False, "0": False}


def document_fields(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the invoice's fields. Raises ``Rejected`` for invalid ones."""
    fields = {name: visible(text) for name, text in fields.items()}
    notes = {
        name: cut(text, MAX_NOTE)
        for name, text in fields.items()
        if name not in (*TEXTS, *SWITCHES)
    }
    if len(notes) > MAX_NOTES or any(len(name) > MAX_NOTE for name in notes):
        raise _wrong(
            f"asks for {len(notes)} notes, and Razorpay allows {MAX_NOTES} with names of {MAX_NOTE}"
            " characters"
        )
    return {
        **{name: cut(fields[name], MAX_TEXT) for name in TEXTS if name in fields},
        **{name: _switch(name, fields[name]) for name in SWITCHES if name in fields},
        **({"notes": notes} if notes else {}),
    }


def check_line_fields(fields: Mapping[str, str]) -> None:
    """Raise ``Rejected`` for any field of a line, because Razorpay's lines have none."""
    if fields:
        names = ", ".join(f"line.{name}" for name in sorted(fields))
        raise _wrong(f"fills {names}, and Razorpay's lines have no extra fields")


def _switch(name: str, text: str) -> bool:
    if (wanted := WORDS.get(text.strip().lower())) is None:
        raise _wrong(f"fills {name} with something that is neither true nor false")
    return wanted


def _wrong(what: str) -> Rejected:
    return Rejected(
        "provider-rejected", f"EXTRA_FIELDS {what}. Correct EXTRA_FIELDS and replay from raw."
    )
