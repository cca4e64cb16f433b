"""Change custom fields of entities in the invoices that embed them.

Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from invoice_simulators.wire import Json

Fields = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Place:
    """The names of an entity's id and fields, in each line or in the invoice."""

    id: str
    fields: str
    in_lines: bool


# By the API's name of the entity. Products of contracts are ``contract_product``.
PLACES = {
    "customer": Place("customer_id", "customer_custom_fields", in_lines=False),
    "contract": Place("contract_id", "contract_custom_fields", in_lines=False),
    "invoice": Place("id", "custom_fields", in_lines=False),
    "product": Place("product_id", "product_custom_fields", in_lines=True),
    "contract_product": Place("product_id", "product_custom_fields", in_lines=True),
    "commit": Place("commit_id", "commit_custom_fields", in_lines=True),
}


def merged(known: Mapping[str, str] | None, changes: Fields) -> dict[str, str]:
    """Return fields after changes; null removes a field."""
    together = {**(known or {}), **changes}
    return {name: value for name, value in together.items() if value is not None}


def with_fields(invoice: Json, entity: str, entity_id: str, changes: Fields) -> Json:
    """Return an invoice after a change.

    Raises ``ValueError`` for an entity that no invoice embeds.
    """
    if entity not in PLACES:
        raise ValueError(
            f'No invoice shows the fields of "{entity}": use one of {", ".join(sorted(PLACES))}.'
        )
    place = PLACES[entity]
    if not place.in_lines:
        return _changed(invoice, place, entity_id, changes)
    lines: Iterable[Json] = invoice["line_items"]
    return invoice | {"line_items": [_changed(line, place, entity_id, changes) for line in lines]}


def _changed(tree: Json, place: Place, entity_id: str, changes: Fields) -> Json:
    if tree.get(place.id) != entity_id:
        return tree
    return tree | {place.fields: merged(tree.get(place.fields), changes)}
