"""Random invoices, from the bytes of Metronome's answer to those of the record, compared with an
oracle in fractions.
"""

import json
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest

from invoice_formatter.mapping.document import Mapped, map_invoice
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_shared import serde
from tests.unit.formatter.builders import EUR, TOKENS, USD, rules, tree

# 1,000 per seed passed, too, in 14 s.
INVOICES = 100
SEEDS = range(18)
UNITS = {"USD": USD, "EUR": EUR}
# How many of the invoice's unit make a major unit, and how many cents a major unit has.
STATED = {"USD": 100, "EUR": 1}
CENTS = 100


@pytest.mark.parametrize("seed", SEEDS)
def test_documents_match_the_oracle(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(INVOICES):
        answer = drawn_answer(draw)
        mapped = map_invoice(parse_invoice(serde.loads(answer)), rules())

        if isinstance(mapped, Mapped):
            check(
                json.loads(answer, parse_float=Fraction, parse_int=Fraction),
                serde.to_bytes(mapped.document),
            )


def check(answer: dict[str, Any], record: bytes) -> None:
    """Compare a record with the answer, every number as a fraction."""
    invoice = answer["data"]
    document = json.loads(record)
    major = STATED[document["currency"]]
    exact_total = invoice["total"] / major
    sign = -1 if document["document_type"] == "credit_memo" else 1
    total = Fraction(document["total"])
    lines = counted(invoice)

    assert total == sign * Fraction(
        round(exact_total * CENTS), CENTS
    )  # Python rounds fractions half to even
    assert total >= 0
    assert sum(Fraction(line["amount"]) for line in document["line_items"]) == total
    assert [line["name"] for line in document["line_items"]] == [line["name"] for line in lines]
    for shown, line in zip(document["line_items"], lines, strict=True):
        assert abs(Fraction(shown["amount"]) - sign * line["total"] / major) < Fraction(1, CENTS)
        assert abs(Fraction(shown["quantity"])) == abs(line["quantity"])
        assert abs(Fraction(shown["unit_price"])) == abs(line["unit_price"] / major)
        product = Fraction(shown["quantity"]) * Fraction(shown["unit_price"])
        assert product == sign * line["quantity"] * line["unit_price"] / major


def counted(invoice: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines that count towards the invoice, without empty ones unless all are empty."""
    money = [
        line
        for line in invoice["line_items"]
        if line["credit_type"]["id"] == invoice["credit_type"]["id"]
    ]
    return [line for line in money if line["total"] or line["quantity"]] or money


def drawn_answer(draw: random.Random) -> bytes:
    """Draw the bytes of an answer whose total is the sum of the lines that count."""
    unit = UNITS[draw.choice(sorted(UNITS))]
    lines = [drawn_line(draw, unit, number) for number in range(draw.randint(1, 12))]
    with localcontext(prec=200):
        total = sum(
            (line["total"] for line in lines if line["credit_type"] is unit), start=Decimal(0)
        )
    return serde.dumps({"data": tree(credit_type=unit, line_items=lines, total=total)})


def drawn_line(draw: random.Random, unit: dict[str, str], number: int) -> dict[str, Any]:
    """Draw a line in the invoice's unit, or now and then in another."""
    return {
        "name": f"Line {number}",
        "type": "usage",
        "total": drawn_number(draw),
        "quantity": drawn_number(draw),
        "unit_price": drawn_number(draw),
        "credit_type": TOKENS if draw.random() < 0.1 else unit,
        "product_custom_fields": {"netsuite_item_id": str(500 + number)},
    }


def drawn_number(draw: random.Random) -> Decimal:
    """Draw a number of either sign, with up to 18 digits and as many places, and often a zero or
    half a cent.
    """
    if draw.random() < 0.2:
        return Decimal(draw.choice(("0", "0.5", "-0.5", "1.5", "0.005", "-0", "1E+3")))
    digits = draw.randint(-(10 ** draw.randint(1, 18)), 10 ** draw.randint(1, 18))
    return Decimal(digits).scaleb(-draw.randint(0, 18))
