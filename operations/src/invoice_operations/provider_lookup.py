"""Asking a billing system for a document by the invoice's id, without the whole invoice at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from invoice_creator.settings import CreatorSettings
from invoice_providers.base import Found
from invoice_providers.connection import Connection
from invoice_providers.found import likeliest
from invoice_providers.registry import Accounts, connect
from invoice_shared.clock import Clock
from invoice_shared.invoice import FormattedInvoice, LineItem
from invoice_shared.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Providers:
    """The billing systems that may be asked from here, by destination; ``left_out``: why another may not."""

    usable: Mapping[str, Connection]
    left_out: Mapping[str, str]


def providers(settings: CreatorSettings, accounts: Accounts, clock: Clock) -> Providers:
    """Build the clients of the configured providers."""
    built = connect(accounts, settings.creator_destinations, clock)
    reasons = {name: each.provider.why_not_from_here(accounts[name]) for name, each in built.items()}
    left_out = {name: reason for name, reason in reasons.items() if reason is not None}
    return Providers({name: each for name, each in built.items() if name not in left_out}, left_out)


def find(connection: Connection, outcome: Outcome) -> Found | None:
    """Look up the document of a ledger entry. Raises ``Unavailable`` or ``CredentialsRefused``."""
    return likeliest(connection.look(_sketch(connection.name, outcome)), outcome.invoice_id)


def check(connection: Connection) -> None:
    """Look up what cannot exist: returns if the provider lets us in. Raises likewise."""
    nothing = Outcome(invoice_id="invoices-check", outcome="created", settled_at=datetime.now(UTC))
    connection.look(_sketch(connection.name, nothing))


def _sketch(destination: str, outcome: Outcome) -> FormattedInvoice:
    """Draw a document with what look-ups go by: id, type and currency."""
    total = abs(outcome.total if outcome.total is not None else Decimal(0))
    line = LineItem(name="sketch", amount=total, external_item_id="0", line_type="usage")
    return FormattedInvoice.model_validate(
        {
            "document_type": outcome.document_type or "invoice",
            "invoice_id": outcome.invoice_id,
            "metronome_customer_id": outcome.customer_id or "unknown",
            "external_customer_id": "unknown",
            "destination": destination,
            "invoice_type": "USAGE",
            "currency": outcome.currency or "USD",
            "total": total,
            "issue_date": outcome.settled_at.date(),
            "line_items": (line,),
        }
    )
