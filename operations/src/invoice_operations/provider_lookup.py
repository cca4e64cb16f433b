"""Asking a billing system for a document by the invoice's id, without the whole invoice at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from invoice_creator.settings import CreatorSettings
from invoice_providers.base import BillingProvider, CreatedDocument
from invoice_providers.registry import build_providers
from invoice_shared.clock import Clock
from invoice_shared.invoice import FormattedInvoice, LineItem
from invoice_shared.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Providers:
    """The billing systems that may be asked from here, by destination; ``left_out``: why another may not."""

    usable: Mapping[str, BillingProvider]
    left_out: Mapping[str, str]


def providers(settings: CreatorSettings, clock: Clock) -> Providers:
    """Build the clients of the configured providers.

    QuickBooks' refresh token must have one owner: a chain of tokens begun here would end the creator's.
    """
    built = build_providers(settings, settings.creator_destinations, clock)
    store = settings.qbo_token_store or ""
    if "quickbooks_online" in built and not store.startswith("s3://") and not Path(store).exists():
        why = f"Its token store {store} is the creator's and not to be seen from here; run this beside the creator."
        rest = {name: provider for name, provider in built.items() if name != "quickbooks_online"}
        return Providers(rest, {"quickbooks_online": why})
    return Providers(built, {})


def find(provider: BillingProvider, outcome: Outcome) -> CreatedDocument | None:
    """Look up the document of a ledger entry. Raises ``Unavailable`` or ``CredentialsRefused``."""
    return provider.find(_sketch(provider.name, outcome))


def check(provider: BillingProvider) -> None:
    """Look up what cannot exist: returns if the provider lets us in. Raises likewise."""
    nothing = Outcome(invoice_id="invoices-check", outcome="created", settled_at=datetime.now(UTC))
    provider.find(_sketch(provider.name, nothing))


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
