"""The exported value of NetSuite."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from invoice_providers.base import Provider
from invoice_providers.netsuite import METRONOME_NAME
from invoice_providers.netsuite.payload import build_body
from invoice_providers.netsuite.settings import ACCOUNT, OAUTH, TOKEN_BASED, NetSuiteSettings
from invoice_providers.netsuite.setup import build, options, realm
from invoice_shared.invoice import DocumentType, FormattedInvoice


def _needed_at_first(given: Collection[str]) -> tuple[str, ...]:
    return (ACCOUNT, *(TOKEN_BASED if set(OAUTH).isdisjoint(given) else OAUTH))


def _preview(document: FormattedInvoice, account: NetSuiteSettings) -> dict[str, Any]:
    return build_body(document, options(account))


def _page(document_id: str, document_type: DocumentType, account: str | None) -> str | None:
    if account is None:
        return None
    host = account.lower().replace("_", "-")
    kind = "custcred" if document_type == "credit_memo" else "custinvc"
    transactions = f"https://{host}.app.netsuite.com/app/accounting/transactions"
    return f"{transactions}/{kind}.nl?id={quote(document_id, safe='')}"


PROVIDER = Provider(
    name="netsuite",
    title="NetSuite",
    metronome_name=METRONOME_NAME,
    takes_credit_memos=True,
    # An external id can only be used once.
    recognises_repeats=True,
    void_keeps="external id",
    ids_at_once=100,
    settings=NetSuiteSettings,
    needed_at_first=_needed_at_first,
    is_configured=lambda account: account.ns_account_id is not None,
    account=realm,
    build=build,
    preview=_preview,
    page=_page,
)
