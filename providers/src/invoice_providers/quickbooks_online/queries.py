"""Build queries for our transactions in Intuit's query language. Pure.

The private note, which contains the whole invoice id, cannot be queried, so it is compared in the
results.
"""

from collections.abc import Iterator

from invoice_providers.quickbooks_online.documents import document_number, entity_of
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.types import decimal_text

# The maximum of one answer.
PAGE = 1000
MAX_PAGES = 5


def by_number(document: FormattedInvoice) -> str:
    """Return the query for the document's number, which has few matches."""
    entity, number = entity_of(document.document_type), document_number(document)
    return f"select * from {entity} where DocNumber = '{number}'"  # noqa: S608 - letters and digits


def by_customer(document: FormattedInvoice) -> str | None:
    """Return the condition for the customer's transactions of the day; ``None`` if invalid."""
    customer = document.external_customer_id
    return f"CustomerRef = '{customer}' and {by_day(document)}" if customer.isdecimal() else None


def by_total(document: FormattedInvoice) -> str:
    """Return the condition for the day's transactions over the total, for any customer."""
    return f"{by_day(document)} and TotalAmt = '{decimal_text(document.total)}'"


def by_day(document: FormattedInvoice) -> str:
    """Return the condition for the day's transactions."""
    return f"TxnDate = '{document.issue_date.isoformat()}'"


def pages(document: FormattedInvoice, condition: str) -> Iterator[str]:
    """Yield the queries of the pages, in an order that new transactions do not change."""
    entity = entity_of(document.document_type)
    for page in range(MAX_PAGES):
        place = f"orderby Id startposition {page * PAGE + 1} maxresults {PAGE}"
        yield f"select * from {entity} where {condition} {place}"  # noqa: S608 - checked above
