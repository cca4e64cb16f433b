"""The exported value of QuickBooks Online."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from invoice_providers.base import Provider
from invoice_providers.quickbooks_online import METRONOME_NAME
from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.quickbooks_online.numbering import remarks
from invoice_providers.quickbooks_online.payload import build_body
from invoice_providers.quickbooks_online.settings import (
    CREDENTIALS,
    FIRST_TOKEN,
    QuickBooksSettings,
)
from invoice_providers.quickbooks_online.setup import build
from invoice_shared.invoice import DocumentType, FormattedInvoice


def _preview(document: FormattedInvoice, _account: QuickBooksSettings) -> dict[str, Any]:
    return build_body(document)


def _why_not_from_here(account: QuickBooksSettings) -> str | None:
    """Return why not, because a second chain of tokens would end the creator's."""
    store = account.qbo_token_store or ""
    if store.startswith("s3://") or Path(store).exists():
        return None
    return (
        f"Its token store {store} belongs to the creator and is not visible here; run this on the"
        " creator's machine."
    )


def _remarks(client: QuickBooksOnline) -> tuple[str, ...]:
    return remarks(client.preferences())


def _page(document_id: str, document_type: DocumentType, _account: str | None) -> str:
    kind = "creditmemo" if document_type == "credit_memo" else "invoice"
    return f"https://app.qbo.intuit.com/app/{kind}?txnId={quote(document_id, safe='')}"


PROVIDER = Provider(
    name="quickbooks_online",
    title="QuickBooks Online",
    metronome_name=METRONOME_NAME,
    takes_credit_memos=True,
    recognises_repeats=True,
    repeats_answers=True,
    # Unless the company disabled the warning of duplicate numbers, which its preferences do not
    # show.
    void_keeps="document number",
    has_metered_reads=True,
    ids_at_once=100,
    settings=QuickBooksSettings,
    # At first there is no chain of tokens yet.
    needed_at_first=lambda _given: (*CREDENTIALS, FIRST_TOKEN),
    is_configured=lambda account: account.qbo_realm_id is not None,
    account=lambda account: account.qbo_realm_id,
    build=build,
    preview=_preview,
    page=_page,
    why_not_from_here=_why_not_from_here,
    remarks=_remarks,
)
