"""Find what an invoice would fail on, and what must be corrected. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from invoice_formatter.mapping.currency import currency_of
from invoice_formatter.mapping.items import not_mapped, without_item
from invoice_formatter.mapping.line_types import APPLICATION
from invoice_formatter.mapping.lines import select_lines
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, MetronomeLine
from invoice_formatter.mapping.routing import destination_of, external_customer, known_destination
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skips import find_skip
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice

NOT_DECIDED = "payer-not-decided"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """``code`` and ``detail`` are the failure's; ``kind`` and ``name`` say what to correct.

    ``kind`` is ``customer``, ``product``, ``line type``, ``currency``, ``destination``,
    ``invoice``, or a provider's own, e.g. ``netsuite customer``. ``name`` is the id of a customer,
    product or item; ``title`` is a product's or line's name.
    """

    code: str
    kind: str
    name: str
    detail: str
    title: str | None = None


def formatters_obstacles(
    invoice: MetronomeInvoice, rules: MappingRules, code: str, reason: str
) -> tuple[Obstacle, ...]:
    """Return all obstacles, each once. The formatter itself reports only the first."""
    whole = Obstacle(code, "invoice", invoice.id, reason)
    # Then its customer and its products do not matter.
    if _refusals(lambda: find_skip(invoice, rules, forced=False)):
        return (whole,)
    found = (
        *_of_currency(invoice),
        *_of_payer(invoice, rules, code, reason),
        *_of_lines(invoice, rules),
    )
    all_of_it = found if code in {each.code for each in found} else (whole, *found)
    first = {(each.code, each.kind, each.name): each for each in reversed(all_of_it)}
    return tuple(reversed(first.values()))


def creators_obstacle(document: FormattedInvoice, code: str, reason: str) -> Obstacle:
    """Return what a document would fail on in the creator, without asking the provider."""
    kinds: Mapping[str, tuple[str, str]] = {
        "unsupported-currency": ("currency", document.currency),
        "destination-not-configured": ("destination", document.destination),
    }
    kind, name = kinds.get(code, ("invoice", document.invoice_id))
    return Obstacle(code, kind, name, reason)


def _of_currency(invoice: MetronomeInvoice) -> Iterator[Obstacle]:
    for refused in _refusals(lambda: currency_of(invoice.credit_type)):
        yield Obstacle(refused.code, "currency", invoice.credit_type.name.strip(), refused.reason)


def _of_payer(
    invoice: MetronomeInvoice, rules: MappingRules, code: str, reason: str
) -> Iterator[Obstacle]:
    if code == NOT_DECIDED:  # it is unknown whose fields count
        yield Obstacle(code, "customer", invoice.customer_id, reason)
        return
    for refused in _refusals(
        lambda: external_customer(invoice, rules), lambda: destination_of(invoice, rules)
    ):
        yield Obstacle(refused.code, "customer", invoice.billed_customer_id, refused.reason)


def _of_lines(invoice: MetronomeInvoice, rules: MappingRules) -> Iterator[Obstacle]:
    lines = select_lines(invoice, rules).counted
    for line in without_item(lines, rules, known_destination(invoice, rules)):
        refused = not_mapped((line,), rules)
        kind, name = _named(line)
        yield Obstacle(refused.code, kind, name, refused.reason, line.name)


def _named(line: MetronomeLine) -> tuple[str, str]:
    """Return what needs an item: applied commits and lines without product use their type."""
    if line.product_id is None or line.type == APPLICATION:
        return "line type", line.type
    return "product", line.product_id


def _refusals(*checks: Callable[[], object]) -> Sequence[Rejected]:
    found: list[Rejected] = []
    for check in checks:
        try:
            check()
        except Rejected as refused:
            found.append(refused)
    return found
