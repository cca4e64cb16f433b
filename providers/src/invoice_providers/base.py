"""What the creator needs of a billing system, and what each way of failing means."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from invoice_shared.invoice import FormattedInvoice


@dataclass(frozen=True, slots=True)
class CreatedDocument:
    """A document at the provider. ``None`` = the provider did not say; what it did say must fit the invoice.

    ``total`` is net of tax, in major units, with the sign of ``FormattedInvoice.total`` (a credit memo's is positive).
    """

    document_id: str
    invoice_id: str | None = None
    total: Decimal | None = None
    currency: str | None = None


class BillingProvider(Protocol):
    """One billing system. Thread-safe; each call is bounded in time and tried exactly once.

    Both methods raise, of ``invoice_shared.errors``:

    - ``Unavailable``: refused connection, 429, 5xx, throttle. ``outage`` where it is surely not about this invoice.
    - ``CredentialsRefused``: the provider does not know or allow us. The next call reads the credentials anew.

    ``create`` only:

    - ``Rejected``: understood and refused (with ``response``), or not sent because it must not be (without).
    - ``AlreadyExists``: the id is taken, *or may be*: ``find`` decides. Nothing found = refused for this reason.
    - ``Uncertain``: sent, answer unknown. ``find`` after the settle time decides.
    """

    @property
    def name(self) -> str:
        """The destination, as in ``FormattedInvoice.destination``."""

    def create(self, document: FormattedInvoice) -> CreatedDocument:
        """Create the document under the invoice's id."""

    def find(self, document: FormattedInvoice) -> CreatedDocument | None:
        """Look the document up by the invoice's id; changes nothing."""
