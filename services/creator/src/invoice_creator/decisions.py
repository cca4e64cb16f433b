"""People's decisions, as far as they change what is sent. Pure.

Resolved invoices are not sent, paused destinations wait, and a total above ``HOLD_ABOVE`` is sent
only after somebody approved exactly it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from invoice_shared.decision import Decision
from invoice_shared.errors import Rejected
from invoice_shared.headers import includes_resolved
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.record import Headers
from invoice_shared.types import decimal_text

# The entry of HOLD_ABOVE for each currency that has no entry.
ANY_CURRENCY = "*"


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of one amount for one customer at one destination."""

    total: Decimal | None
    currency: str | None
    destination: str | None
    external_customer_id: str | None


@dataclass(slots=True)
class DecisionBook:
    """The newest decision per subject. One thread writes it, all may read it.

    ``hold_above`` maps ISO 4217 codes, or ``*``, to the absolute total that needs an approval.
    """

    hold_above: Mapping[str, Decimal] = field(default_factory=dict)
    _resolved: dict[str, Decision] = field(default_factory=dict)
    _approved: dict[str, set[Approval]] = field(default_factory=dict)
    _paused: dict[str, Decision] = field(default_factory=dict)

    def note(self, decision: Decision) -> None:
        """Add the topic's next decision."""
        match decision.kind:
            case "resolve":
                self._resolved[decision.subject] = decision
            case "approve":
                self._approved.setdefault(decision.subject, set()).add(_approval(decision))
            case "pause":
                self._paused[decision.subject] = decision
            case "resume":
                self._paused.pop(decision.subject, None)

    def resolution(self, invoice_id: str, headers: Headers) -> Decision | None:
        """Return the decision that resolved the invoice, unless the record's replay includes it."""
        return None if includes_resolved(headers) else self._resolved.get(invoice_id)

    def pause(self, destination: str) -> Decision | None:
        """Return the decision that paused a destination, or ``None`` if it is not paused."""
        return self._paused.get(destination)

    def check_approved(self, invoice: FormattedInvoice) -> None:
        """Raise ``Rejected("held-for-approval")`` if the total needs an approval and has none."""
        bound = self.hold_above.get(invoice.currency, self.hold_above.get(ANY_CURRENCY))
        if bound is None or abs(invoice.total) < bound:
            return
        asked = Approval(
            invoice.signed_total,
            invoice.currency,
            invoice.destination,
            invoice.external_customer_id,
        )
        if asked not in self._approved.get(invoice.invoice_id, ()):
            raise _held(invoice, bound)


def _approval(decision: Decision) -> Approval:
    return Approval(
        decision.total, decision.currency, decision.destination, decision.external_customer_id
    )


def _held(invoice: FormattedInvoice, bound: Decimal) -> Rejected:
    return Rejected(
        "held-for-approval",
        f"The total of {decimal_text(invoice.total)} {invoice.currency} reaches HOLD_ABOVE "
        f"({decimal_text(bound)}), so nothing was sent. Approve it with: invoices approve, "
        "or resolve it by hand.",
    )
