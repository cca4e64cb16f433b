"""Whatever a field of Metronome's answer contains, the invoice becomes a document that can be read
back, a skip or a refusal.
"""

from decimal import Decimal
from typing import Any

import pytest

from invoice_formatter.mapping.document import Mapped, map_invoice
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared import serde
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice
from tests.unit.formatter.builders import application, line, rules, tree
from tests.unit.formatter.trees import paths, replaced

ANSWER = tree(
    line(1000, quantity=Decimal("1E-9"), unit_price=Decimal("1E+5")),
    line("333.5"),
    line("666.5", pricing_group_values={"region": "eu"}),
    application(-300),
    contract_id="contract-1",
)
VALUES = [
    *(None, True, 0, -1, 10**38, 10**41, "", "x", "1.5", "NaN", [], ["x"], {}, {"a": 1}),
    *(Decimal(text) for text in ("-0", "1E-7", "1E+39", "1E-39", "1E+41", "0E-50", "0E+50")),
    *("2026-02-01", "2026-02-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-14:00", "a\ud800b", "\u0000", "\u200b", "é", "EUR", "JPY"),
]
RULES = [
    rules(),
    rules(line_grouping="by_item", totals_tolerance="1E+60"),
    rules(zero_amount_lines="keep", extra_fields={"memo": "{id?}", "line.class": "{line.name?}"}),
]


def check(answer: Any, how: MappingRules) -> None:
    told = serde.loads(serde.dumps({"data": answer}))
    try:
        mapped = map_invoice(parse_invoice(told), how)
    except Rejected:
        return
    if isinstance(mapped, Mapped):
        read = serde.from_bytes(FormattedInvoice, serde.to_bytes(mapped.document))
        assert read == mapped.document
        assert sum(each.amount for each in read.line_items) == read.total


@pytest.mark.parametrize("path", list(paths(ANSWER)), ids=lambda path: ".".join(map(str, path)))
def test_any_value_ends_as_a_document_a_skip_or_a_refusal(path: tuple[Any, ...]) -> None:
    for value in VALUES:
        for how in RULES:
            check(replaced(ANSWER, path, value), how)
