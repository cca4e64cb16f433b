"""The exported value of Razorpay."""

from typing import Any
from urllib.parse import quote

from invoice_providers.base import Provider
from invoice_providers.razorpay import METRONOME_NAME
from invoice_providers.razorpay.client import Razorpay
from invoice_providers.razorpay.payload import build_body, build_draft
from invoice_providers.razorpay.settings import CREDENTIALS, RazorpaySettings
from invoice_providers.razorpay.setup import build
from invoice_shared.invoice import DocumentType, FormattedInvoice


def _preview(document: FormattedInvoice, account: RazorpaySettings) -> dict[str, Any]:
    return build_draft(document) if account.razorpay_create == "draft" else build_body(document)


def _page(document_id: str, _document_type: DocumentType, _account: str | None) -> str:
    return f"https://dashboard.razorpay.com/app/invoices/{quote(document_id, safe='')}"


PROVIDER = Provider(
    name="razorpay",
    title="Razorpay",
    metronome_name=METRONOME_NAME,
    takes_credit_memos=False,
    # Razorpay has no key to make a create repeatable.
    recognises_repeats=False,
    has_items=False,
    settings=RazorpaySettings,
    needed_at_first=lambda _given: CREDENTIALS,
    is_configured=lambda account: account.razorpay_apikey_id is not None,
    account=lambda account: account.secret("razorpay_apikey_id"),
    build=build,
    preview=_preview,
    page=_page,
    remarks=Razorpay.remarks,
)
