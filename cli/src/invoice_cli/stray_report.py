"""The lines about stray drafts; they are not findings, because they bill nobody."""

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
    "stray": "It bills nobody: delete it with --fix.",
    "deleted": "Deleted.",
    "issued meanwhile": "It was issued in the meantime: run reconcile again.",
}


def tell_strays(
    providers: AsksForDrafts, ledger: KnowsInvoices, since: datetime, now: datetime, *, fix: bool
) -> bool:
    """Print (and delete) the stray drafts; return whether every system could be asked."""
    try:
        found = stray_drafts(providers, ledger, since, now)
        for stray in deleted(found, providers) if fix else found:
            say(_sentence(stray))
    except CallFailed as error:
        say(f"The search for stray drafts is incomplete: {error.reason}")
        return False
    return True


def _sentence(stray: Stray) -> str:
    draft = stray.draft
    made = f"{draft.made_at:%Y-%m-%d %H:%M} UTC"
    place = f"of invoice {draft.invoice_id} at {stray.destination}"
    return f"Stray draft {draft.draft_id} {place}, created {made}. {SENTENCES[stray.fate]}"
