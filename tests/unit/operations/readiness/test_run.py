"""What the invoices of a period would fail on: each problem once, whatever else is wrong with the
same invoice.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.readiness.causes import MAX_PROBLEMS, Causes
from invoice_operations.readiness.judged import COLUMNS, Judged
from invoice_operations.readiness.run import ReadinessRequest, readiness
from invoice_operations.selection import Selection
from invoice_operations.settings import MappingSettings
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable
from invoice_shared.settings import AnySettings, InvalidSettings, read
from tests.builders import CUSTOMER_ID, INVOICE_ID
from tests.fakes import START, FakeClock
from tests.unit.formatter.builders import EUR, TOKENS, application, line, tree
from tests.unit.formatter.hierarchies import CONTRACT, PARENT, FakeAccounts, child
from tests.unit.operations.readiness.world import (
    NETSUITE,
    RULES,
    AskedProviders,
    Metronome,
)

SINCE = START - timedelta(days=30)


@dataclass
class Clients:
    """An installation with a Metronome; the providers' settings come from the environment."""

    reader: Metronome
    asked: AskedProviders = field(default_factory=AskedProviders)
    clock: FakeClock = field(default_factory=FakeClock)

    def settings(self, settings_class: type[AnySettings], /) -> AnySettings:
        return RULES if issubclass(settings_class, MappingSettings) else read(settings_class)  # type: ignore[return-value]

    def metronome(self, _per_second: float | None = None) -> Metronome:
        return self.reader

    def providers(self, _per_second: float | None = None) -> AskedProviders:
        return self.asked


@pytest.fixture(autouse=True)
def netsuite(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NETSUITE.items():
        monkeypatch.setenv(name, value)


def judged(
    *invoices: dict[str, Any], chosen: Selection | None = None, **changes: Any
) -> list[Judged]:
    request = ReadinessRequest(chosen or Selection(since=SINCE))
    return list(readiness(request, Clients(Metronome(invoices, **changes)), lambda: None))


def obstacles(*invoices: dict[str, Any], **changes: Any) -> set[tuple[str, str, str]]:
    found = judged(*invoices, **changes)
    return {(each.code, each.kind, each.name) for one in found for each in one.obstacles}


def test_everything_that_is_wrong_with_an_invoice_is_named_at_once() -> None:
    wrong = tree(
        line(product_custom_fields={}),
        line(product_custom_fields={}),
        line(product_id="prod-beta", product_custom_fields={}),
        application(-100),
        credit_type=TOKENS,
        customer_custom_fields={},
    )
    lines = [each | {"credit_type": TOKENS} for each in wrong["line_items"]]

    assert obstacles(wrong | {"line_items": lines}) == {
        ("unsupported-currency", "currency", "Tokens"),
        ("customer-not-mapped", "customer", CUSTOMER_ID),
        ("destination-not-mapped", "customer", CUSTOMER_ID),
        ("items-not-mapped", "product", "prod-api"),
        ("items-not-mapped", "product", "prod-beta"),
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param(
            {"credit_type": EUR},
            ("unsupported-currency", "currency", "EUR"),
            id="the provider's currency",
        ),
        pytest.param(
            {"total": Decimal(1)},
            ("totals-mismatch", "invoice", INVOICE_ID),
            id="the invoice itself",
        ),
        pytest.param(
            {"line_items": "?"},
            ("invalid-invoice", "invoice", INVOICE_ID),
            id="not an invoice at all",
        ),
        pytest.param(
            {"type": "NEW"},
            ("unknown-invoice-type", "invoice", INVOICE_ID),
            id="an unknown type",
        ),
    ],
)
def test_each_correction_is_named(changes: dict[str, Any], found: tuple[str, str, str]) -> None:
    one = tree(line(credit_type=changes.get("credit_type", tree()["credit_type"]))) | changes

    assert obstacles(one) == {found}


def test_an_applied_commit_without_an_item_gets_one_by_its_type() -> None:
    bare = tree(line(), application(-100, product_custom_fields={}))

    assert obstacles(bare) == {("items-not-mapped", "line type", "applied_commit_or_credit")}


def test_nothing_else_has_to_be_corrected_for_an_invoice_billed_elsewhere() -> None:
    other = {"invoice_id": "in_1", "billing_provider_type": "stripe", "external_status": "PAID"}
    elsewhere = tree(line(product_custom_fields={}), external_invoice=other)

    assert obstacles(elsewhere) == {("billed-elsewhere", "invoice", INVOICE_ID)}


def test_a_customer_without_a_known_payer_is_not_blamed_for_its_own_fields() -> None:
    member = tree(payer=PARENT, contract_id=CONTRACT, customer_custom_fields={})

    found = obstacles(member, accounts=FakeAccounts(child("SELF", "SEPARATE")))

    assert found == {("payer-not-decided", "customer", CUSTOMER_ID)}


@pytest.mark.parametrize(
    "account",
    [
        pytest.param({}, id="nothing is set"),
        pytest.param({"NS_ACCOUNT_ID": "1234567"}, id="only half is set"),
        pytest.param(NETSUITE | {"NS_CURRENCY_IDS": "?"}, id="a setting is malformed"),
    ],
)
def test_a_provider_that_is_not_set_up_here_is_reported(
    account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NETSUITE:
        monkeypatch.delenv(name)
    for name, value in account.items():
        monkeypatch.setenv(name, value)

    assert obstacles(tree()) == {("destination-not-configured", "destination", "netsuite")}


def test_drafts_count_and_void_invoices_do_not() -> None:
    draft = tree(
        line(product_custom_fields={}), id="inv-draft", status="DRAFT", total=None, issued_at=None
    )

    found = judged(
        tree(),
        draft,
        tree(id="inv-void", status="VOID"),
        tree(id="inv-not", billable_status="unbillable"),
    )

    assert {each.invoice_id: (each.state, each.total) for each in found} == {
        INVOICE_ID: ("ready", Decimal("100.00")),
        "inv-draft": ("fails", Decimal("100.00")),
        "inv-not": ("skipped", Decimal("100.00")),
    }


def test_a_customer_or_invoice_that_cannot_be_read_does_not_end_it() -> None:
    given = (tree(), tree(id="inv-gone"), tree(id="inv-other", customer_id="cus-other"))
    broken = {
        "cus-lost": Unavailable("It is busy."),
        "inv-gone": Rejected("invoice-not-found", "It is not there."),
    }

    found = judged(*given, broken=broken)

    assert {(each.customer_id, each.invoice_id, each.state) for each in found} == {
        ("cus-lost", None, "unknown"),
        (CUSTOMER_ID, INVOICE_ID, "ready"),
        (CUSTOMER_ID, "inv-gone", "unknown"),
        ("cus-other", "inv-other", "ready"),
    }
    assert {row["detail"] for each in found for row in each.rows()} == {
        "Its invoices could not be listed: It is busy.",
        "It is not there.",
    }


def test_refused_credentials_end_it() -> None:
    with pytest.raises(CredentialsRefused):
        judged(broken={"cus-lost": CredentialsRefused("No.")})


def test_a_given_customer_is_the_only_one_listed() -> None:
    metronome = Metronome((tree(), tree(id="inv-other", customer_id="cus-other")))
    chosen = Selection(since=SINCE, customer_id="cus-other")

    found = list(readiness(ReadinessRequest(chosen), Clients(metronome), lambda: None))

    assert ([each.invoice_id for each in found], metronome.walked) == (["inv-other"], ["cus-other"])


@pytest.mark.parametrize(
    "chosen",
    [
        Selection(),
        Selection(since=SINCE, invoice_id="inv-1"),
        Selection(since=START + timedelta(days=1)),
    ],
)
def test_an_invalid_time_is_refused(chosen: Selection) -> None:
    with pytest.raises(InvalidRequest):
        judged(chosen=chosen)


def test_each_cause_is_one_row_with_its_invoices_and_money() -> None:
    bare: dict[str, Any] = {"product_custom_fields": {}}
    causes = Causes()
    for each in judged(
        tree(line(10_000, **bare)),
        tree(line(2_050, **bare), id="inv-2", status="DRAFT"),
        *(tree(id=f"inv-sum-{number}", total=Decimal(1)) for number in range(3)),
    ):
        causes.add(each)

    product, sums = causes.rows()
    assert (product["code"], product["name"], product["title"]) == (
        "items-not-mapped",
        "prod-api",
        "API calls",
    )
    assert (product["invoices"], str(product["total"]), product["currency"]) == (2, "120.50", "USD")
    assert (sums["code"], sums["name"], sums["invoices"]) == ("totals-mismatch", None, 3)
    assert (
        causes.in_words() == "5 invoice(s), including drafts: 5 would fail. No provider was asked."
    )


def test_an_invoice_counts_once_for_a_product_on_several_lines() -> None:
    bare: dict[str, Any] = {"product_custom_fields": {}}
    causes = Causes()
    for each in judged(
        tree(line(**bare), line(type="subscription", name="Other", **bare), line(**bare))
    ):
        causes.add(each)

    (row,) = causes.rows()
    assert (row["title"], row["invoices"], str(row["total"])) == ("API calls", 1, "300.00")


def test_a_row_has_the_columns_and_problems_are_bounded() -> None:
    causes = Causes()
    for number in range(MAX_PROBLEMS + 5):
        causes.add(Judged(f"inv-{number}", CUSTOMER_ID, "unknown", problem="It is busy."))
    (found,) = judged(tree(line(product_custom_fields={})))
    (row,) = found.rows()

    assert tuple(row) == COLUMNS
    assert (row["status"], row["destination"], row["total"]) == (
        "FINALIZED",
        "netsuite",
        Decimal("100.00"),
    )
    assert (len(causes.problems), causes.states["unknown"]) == (MAX_PROBLEMS, MAX_PROBLEMS + 5)


def test_settings_that_cannot_be_read_end_it() -> None:
    class Unset(Clients):
        def settings(self, settings_class: type[AnySettings], /) -> AnySettings:
            raise InvalidSettings([f"{settings_class.__name__} is missing."])

    with pytest.raises(InvalidSettings):
        list(
            readiness(ReadinessRequest(Selection(since=SINCE)), Unset(Metronome(())), lambda: None)
        )
