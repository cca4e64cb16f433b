"""Look up a document at a billing system by its id or the invoice's, without the invoice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from invoice_creator.settings import CreatorSettings
from invoice_providers.base import Found
from invoice_providers.connection import Connection
from invoice_providers.registry import Accounts, connect
from invoice_shared.clock import Clock
from invoice_shared.invoice import SCHEMA_VERSION, DocumentType, FormattedInvoice, LineItem
from invoice_shared.outcome import Outcome
from invoice_shared.serde import from_tree

CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Providers:
    """The billing systems that we may ask, by destination; ``left_out`` says why not others.

    ``accounts`` names our account at each of them, including those left out.
    """

    usable: Mapping[str, Connection] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str | None] = field(default_factory=dict)


def providers(settings: CreatorSettings, accounts: Accounts, clock: Clock) -> Providers:
    """Build the clients of the configured providers."""
    built = connect(accounts, settings.creator_destinations, clock)
    reasons = {
        name: each.provider.why_not_from_here(accounts[name]) for name, each in built.items()
    }
    left_out = {name: reason for name, reason in reasons.items() if reason is not None}
    return Providers(
        {name: each for name, each in built.items() if name not in left_out},
        left_out,
        {name: each.account for name, each in built.items()},
    )


def look(connection: Connection, outcome: Outcome) -> tuple[Found, ...]:
    """Return documents with an invoice's id. Raises ``Unavailable``, ``CredentialsRefused``."""
    return connection.look(_sketch(connection.name, outcome))


def read(connection: Connection, outcome: Outcome) -> Found | None:
    """Return a ledger document as it is now, or ``None``. Raises as ``look`` does."""
    document_type: DocumentType = (
        "credit_memo" if outcome.document_type == "credit_memo" else "invoice"
    )
    return connection.read(
        outcome.provider_document_id or "",
        invoice_id=outcome.invoice_id,
        document_type=document_type,
    )


def check(connection: Connection) -> None:
    """Look up an id that cannot exist, to check our credentials. Raises as ``look`` does."""
    nothing = Outcome(invoice_id="invoices-check", outcome="created", settled_at=datetime.now(UTC))
    connection.look(_sketch(connection.name, nothing))


def _sketch(destination: str, outcome: Outcome) -> FormattedInvoice:
    """Return a document with the fields for look-ups: id, type, currency, customer and date."""
    total = abs(outcome.total if outcome.total is not None else Decimal(0))
    line = LineItem(name="sketch", amount=total, external_item_id="0", line_type="usage")
    return from_tree(
        FormattedInvoice,
        {
            "schema_version": SCHEMA_VERSION,
            "document_type": outcome.document_type or "invoice",
            "invoice_id": outcome.invoice_id,
            "metronome_customer_id": outcome.customer_id or "unknown",
            "external_customer_id": outcome.external_customer_id or "unknown",
            "destination": destination,
            "invoice_type": "USAGE",
            # An invoice without a currency has no document, but can be looked up.
            "currency": outcome.currency if CURRENCY.fullmatch(outcome.currency or "") else "USD",
            "total": total,
            "issue_date": outcome.issue_date or outcome.settled_at.date(),
            "line_items": (line,),
        },
    )
