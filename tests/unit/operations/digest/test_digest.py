from datetime import timedelta
from decimal import Decimal

from invoice_operations.digest.digest import digest_of
from invoice_operations.tally import Group
from tests.fakes import START

OLD = START - timedelta(days=3, hours=4)
REFUSED = Group(
    "creator",
    "provider-rejected",
    OLD,
    START,
    "Customer Acme is inactive.",
    2,
    {"USD": Decimal(1250)},
)
HELD = Group("creator", "held-for-approval", OLD, START, "", 1, {"EUR": Decimal("70000.00")})
UNKNOWN = Group("formatter", "invoice-not-found", START, START, "", 1, {}, 1)


def test_failed_and_held_invoices_are_listed_separately_with_money_and_age() -> None:
    digest = digest_of([REFUSED, HELD, UNKNOWN], START)

    assert digest.subject == "Invoices: 3 failed, 1 held"
    assert digest.text().splitlines()[1:4] == [
        "- creator, provider-rejected: 2, the oldest 3d 4h old, USD 1,250.00",
        "- formatter, invoice-not-found: 1, the oldest 0m old, 1 of unknown total",
        "- creator, held-for-approval: 1, the oldest 3d 4h old, EUR 70,000.00",
    ]


def test_it_contains_neither_foreign_text_nor_customers() -> None:
    digest = digest_of([REFUSED], START)

    assert "Acme" not in digest.text()
    assert "Acme" not in str(digest.document())


def test_it_is_also_sent_if_nothing_is_open() -> None:
    assert digest_of([], START).text() == "Invoices: nothing is open (2026-03-01T12:00:00.000Z)"
