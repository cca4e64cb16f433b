"""What a document refers to at its provider: a customer, and items. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from invoice_providers.base import Thing
from invoice_providers.registry import provider_of
from invoice_shared.invoice import FormattedInvoice, LineItem


@dataclass(frozen=True, slots=True)
class Reference:
    """``title`` is Metronome's id of the customer, or what a line is called that has the item.

    ``source`` is where in Metronome, or in the settings, the id comes from.
    """

    destination: str
    thing: Thing
    external_id: str
    title: str
    source: str

    @property
    def kind(self) -> str:
        """What it is, e.g. ``netsuite customer``."""
        return f"{self.destination} {self.thing}"


def references_of(document: FormattedInvoice) -> tuple[Reference, ...]:
    """Return the customer and the items, each once."""
    found = (_customer(document), *_items(document))
    first = {(each.thing, each.external_id): each for each in reversed(found)}
    return tuple(reversed(first.values()))


def _customer(document: FormattedInvoice) -> Reference:
    whose = document.metronome_customer_id
    source = f"the id on customer {whose} in Metronome"
    return Reference(document.destination, "customer", document.external_customer_id, whose, source)


def _items(document: FormattedInvoice) -> Iterator[Reference]:
    if not provider_of(document.destination).has_items:
        return
    for line in document.line_items:
        yield Reference(
            document.destination, "item", line.external_item_id, line.name, _item_source(line)
        )


def _item_source(line: LineItem) -> str:
    if line.product_id:
        return f"the item id of product {line.product_id} in Metronome"
    return f'ITEM_ID_BY_LINE_TYPE for "{line.line_type}"'
