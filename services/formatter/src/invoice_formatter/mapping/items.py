"""Find the provider's item of each line. Pure."""

from collections.abc import Iterator, Sequence

from invoice_formatter.mapping.fields import field_text, scalar_text
from invoice_formatter.mapping.line_types import APPLICATION
from invoice_formatter.mapping.metronome_invoice import MetronomeLine
from invoice_formatter.mapping.rules import MappingRules
from invoice_providers.names import metronome_name
from invoice_shared.errors import Rejected


def item_ids(lines: Sequence[MetronomeLine], rules: MappingRules, destination: str) -> list[str]:
    """Return the provider's item for each line.

    Raises ``Rejected("items-not-mapped")`` with all unmapped products.
    """
    found = [(line, _item_id(line, rules, destination)) for line in lines]
    unmapped = [line for line, item in found if item is None]
    if unmapped:
        raise not_mapped(unmapped, rules)
    return [item for _, item in found if item is not None]


def without_item(
    lines: Sequence[MetronomeLine], rules: MappingRules, destination: str | None
) -> Iterator[MetronomeLine]:
    """Yield the lines without an item at a destination, or at any."""
    for line in lines:
        if _item_id(line, rules, destination) is None:
            yield line


def _item_id(line: MetronomeLine, rules: MappingRules, destination: str | None) -> str | None:
    places = _places_of_application if line.type == APPLICATION else _places
    for item in places(line, rules, destination):
        if item is not None:
            return item
    return None


def _places(
    line: MetronomeLine, rules: MappingRules, destination: str | None
) -> Iterator[str | None]:
    """Yield the items in each place, from this line's own to that of all lines of its type."""
    for fields in (
        line.custom_fields,
        line.scheduled_charge_custom_fields,
        line.subscription_custom_fields,
        line.discount_custom_fields,
        line.professional_service_custom_fields,
        line.credit_grant_custom_fields,
        line.product_custom_fields,
        line.commit_custom_fields,
    ):
        if fields:
            yield field_text(fields, rules.metronome_billing_provider_item_id)
    yield _of_metronome(line, "", rules, destination)
    yield _of_metronome(line, "commit_", rules, destination)
    yield field_text(rules.item_id_by_line_type, line.type)


def _places_of_application(
    line: MetronomeLine, rules: MappingRules, destination: str | None
) -> Iterator[str | None]:
    """Yield the items of an applied commit or credit: the product's item comes last."""
    key = rules.metronome_billing_provider_item_id
    yield field_text(line.custom_fields, key)
    yield field_text(line.commit_custom_fields, key)
    yield _of_metronome(line, "commit_", rules, destination)
    yield field_text(rules.item_id_by_line_type, line.type)
    yield field_text(line.product_custom_fields, key)
    yield _of_metronome(line, "", rules, destination)


def _of_metronome(
    line: MetronomeLine, prefix: str, rules: MappingRules, destination: str | None
) -> str | None:
    # Metronome has such fields only for NetSuite, and their ids are not valid at other providers.
    if not rules.item_id_from_netsuite_fields or destination is None:
        return None
    return scalar_text(line.tree.get(f"{prefix}{metronome_name(destination)}_item_id"))


def not_mapped(lines: Sequence[MetronomeLine], rules: MappingRules) -> Rejected:
    """Return the refusal of lines without an item, with each of their products once."""
    names = dict.fromkeys(
        f'"{line.name}" ({f"product {line.product_id}" if line.product_id else "no product"}, line'
        f" type {line.type})"
        for line in lines
    )
    return Rejected(
        "items-not-mapped",
        f"These lines have no item at the billing provider: {', '.join(names)}. Set the custom"
        " field"
        f' "{rules.metronome_billing_provider_item_id}" on each product in Metronome (on the commit'
        " for an applied one), or set the line type's item in ITEM_ID_BY_LINE_TYPE.",
    )
