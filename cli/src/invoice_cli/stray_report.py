"""How stray drafts are told: beside the findings, since they bill nobody."""

from datetime import datetime

from invoice_cli.exits import say
from invoice_operations.reconcile.strays import (
    AsksForDrafts,
    Fate,
    KnowsInvoices,
    Stray,
    deleted,
    stray_drafts,
)
from invoice_shared.errors import CallFailed

SENTENCES: dict[Fate, str] = {
    "stray": "It bills nobody; --fix deletes it.",
    "deleted": "Deleted.",
    "issued meanwhile": "It was issued meanwhile: run reconcile again.",
}


def tell_strays(
    providers: AsksForDrafts, ledger: KnowsInvoices, since: datetime, now: datetime, *, fix: bool
) -> bool:
    """Name the stray drafts, and delete them if ``fix``; whether every system could be asked."""
    try:
        found = stray_drafts(providers, ledger, since, now)
        for stray in deleted(found, providers) if fix else found:
            say(_sentence(stray))
    except CallFailed as error:
        say(f"Stray drafts were not looked for to the end: {error.reason}")
        return False
    return True


def _sentence(stray: Stray) -> str:
    draft = stray.draft
    made = f"{draft.made_at:%Y-%m-%d %H:%M} UTC"
    what = (
        f"Stray draft {draft.draft_id} of invoice {draft.invoice_id} at {stray.destination}, made"
        f" {made}."
    )
    return f"{what} {SENTENCES[stray.fate]}"
