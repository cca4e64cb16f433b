"""Read the fields of a request, from forms, JSON objects and URLs. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from invoice_operations.approve.facts import HELD
from invoice_operations.errors import InvalidRequest
from invoice_operations.options import parse_selection
from invoice_operations.selection import Selection
from invoice_operations.view.page import Page
from invoice_shared.serde import loads

Form = Mapping[str, Sequence[str]]

FILTERS = ("code", "stage", "destination", "customer_id", "invoice_id", "since", "until", "state")
STATES = ("open", "held", "resolved", "all")
# The rows of a page as JSON. A page as HTML has fewer: ``SHOWN_ROWS``.
MAX_ROWS = 500
SHOWN_ROWS = 100
MAX_PAGE = 1_000_000
# The maximum characters of a reason, or of any other text that a person types.
MAX_TEXT = 4000


class UnreadableForm(InvalidRequest):
    """The body is neither a form nor a JSON object."""


def parse_form(content_type: str, body: bytes) -> Form:
    """Read a body; bytes that are not text are replaced. Raises ``UnreadableForm``."""
    if content_type == "application/json":
        return _from_json(body)
    if body and content_type != "application/x-www-form-urlencoded":
        raise UnreadableForm(
            f'Invalid content type "{content_type}": send a form or a JSON object.'
        )
    return gathered(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def gathered(pairs: Sequence[tuple[str, str]]) -> Form:
    """Return the texts of each name, in their order."""
    form: dict[str, list[str]] = {}
    for name, text in pairs:
        form.setdefault(name, []).append(_storable(text))
    return form


def one(form: Form, name: str) -> str:
    """Return a field without surrounding blanks, or an empty text if it is missing.

    Raises ``InvalidRequest``.
    """
    texts = form.get(name, ())
    if len(texts) > 1:
        raise InvalidRequest(f'The field "{name}" is given {len(texts)} times: give it once.')
    text = texts[0].strip() if texts else ""
    if len(text) > MAX_TEXT:
        raise InvalidRequest(
            f'The field "{name}" has {len(text)} characters: use at most {MAX_TEXT}.'
        )
    return text


def needed(form: Form, name: str) -> str:
    """Return a field. Raises ``InvalidRequest`` if it is empty."""
    if not (text := one(form, name)):
        raise InvalidRequest(f'The field "{name}" is empty: fill it in.')
    return text


def named_failures(form: Form) -> Sequence[str]:
    """Return the ids of the failures that are chosen one by one, or none if filters choose them.

    Raises ``InvalidRequest`` if a person had to select some and did not: else all would be chosen.
    """
    named = [text.strip() for text in form.get("failure_id", ()) if text.strip()]
    if not named and one(form, "chosen"):
        raise InvalidRequest("No failure is selected: select at least one in the list.")
    return named


def parse_filters(form: Form, now: datetime, state: str = "open") -> Selection:
    """Read the filters, and ignore other fields. Raises ``InvalidRequest``."""
    wanted = one(form, "state") or state
    if wanted not in STATES:
        raise InvalidRequest(f'Invalid state "{wanted}": use one of {", ".join(STATES)}.')
    options = {_option(name): form[name] for name in FILTERS if name in form and name != "state"}
    if wanted == "held":
        codes = {text.strip() for text in form.get("code", ()) if text.strip()}
        if codes - {HELD}:
            raise InvalidRequest(
                f"Held failures have only the code {HELD}: remove the other codes."
            )
        options["code"] = [HELD]
    return parse_selection(options | {"state": ["open" if wanted == "held" else wanted]}, now)


def parse_page(form: Form, rows: int) -> tuple[int, Page]:
    """Return the number of a page, from 1, and its rows. Raises ``InvalidRequest``."""
    text = one(form, "page") or "1"
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:10]) <= MAX_PAGE:
        raise InvalidRequest(f'Invalid page "{text}": use a number from 1.')
    return int(text), Page(rows, (int(text) - 1) * rows)


def _option(name: str) -> str:
    return "invoice_prefix" if name == "invoice_id" else name


def _from_json(body: bytes) -> Form:
    try:
        tree = loads(body)
    except ValueError as error:
        raise UnreadableForm("The body is not JSON: send a JSON object.") from error
    if not isinstance(tree, dict):
        raise UnreadableForm("The body is JSON, but not an object: send a JSON object.")
    pairs = [
        (name, each)
        for name, value in tree.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    if not all(isinstance(text, str | int) or text is None for _name, text in pairs):
        raise UnreadableForm("The body has fields that are not text: send texts or lists of texts.")
    return gathered([(name, str(text)) for name, text in pairs if text is not None])


def _storable(text: str) -> str:
    """Return a text that a database and a log can store.

    Half a surrogate pair cannot be encoded, and a zero byte ends a text.
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "�")
