"""Metronome against the ledger and the providers: each state, what is lost, the sums."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.reconcile.comparison import Held, State, compare
from invoice_operations.reconcile.fixing import enqueue_lost
from invoice_operations.reconcile.listed import ListedInvoice, parse_listed
from invoice_operations.reconcile.reconciler import Reconciler, nobody_asked
from invoice_operations.reconcile.totals import Totals
from invoice_operations.reconcile.walk import in_parallel
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_providers.base import Found
from invoice_shared.errors import Unavailable
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import PublishFailed
from invoice_shared.record import Record
from tests.builders import CUSTOMER_ID, INVOICE_ID, outcome, raw_invoice
from tests.fakes import START, FakePublisher
from tests.unit.operations.reading import FakeBroker, FakeReader, in_ledger, lying, view_of

USD = {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"}
SINCE, UNTIL = START - timedelta(days=1), START - timedelta(minutes=1)
WINDOW = Selection(since=SINCE, until=UNTIL)
ISSUED = START - timedelta(hours=2)
SETTINGS = ReconcileSettings.model_validate(
    {"metronome_api_key": "key", "metronome_billing_provider_destination": "billing_destination"}
)


def shown(**changes: Any) -> dict[str, Any]:
    """Give an invoice as Metronome's list shows it: 100.00 USD, like the builders'."""
    facts: dict[str, Any] = {
        "id": INVOICE_ID,
        "customer_id": CUSTOMER_ID,
        "status": "FINALIZED",
        "credit_type": USD,
        "total": Decimal(10000),
        "issued_at": ISSUED.isoformat(),
        "customer_custom_fields": {"billing_destination": " NetSuite "},
    }
    return facts | changes


def listed(**changes: Any) -> ListedInvoice:
    return parse_listed(shown(**changes))


def held(total: str | None = "100.00", currency: str | None = "USD") -> Held:
    return Held(Found("9001", INVOICE_ID, Decimal(total) if total else None, currency))


SYNCED = outcome(outcome="skipped", code="already-synced")


@pytest.mark.parametrize(
    ("invoice", "newest", "there", "state"),
    [
        pytest.param(listed(), None, None, "missing", id="nobody knows it"),
        pytest.param(listed(), outcome(), None, "created", id="created, provider not asked"),
        pytest.param(listed(), outcome(), held(), "created", id="created, provider agrees"),
        pytest.param(listed(), outcome(), held(None, None), "created", id="the provider does not say its total"),
        pytest.param(listed(), outcome(), Held(None), "missing", id="deleted at the provider"),
        pytest.param(listed(), outcome(), held("99.99"), "total-mismatch", id="changed at the provider"),
        pytest.param(listed(), outcome(), held(currency="EUR"), "total-mismatch", id="other currency there"),
        pytest.param(listed(total=Decimal(10001)), outcome(), None, "total-mismatch", id="changed in Metronome"),
        pytest.param(listed(total=Decimal("10000.4")), outcome(), held(), "created", id="fractions of a cent"),
        pytest.param(
            listed(total=Decimal(-10000)), outcome(total=Decimal("-100.00")), held(), "created", id="a credit memo"
        ),
        pytest.param(listed(), outcome(outcome="failed", code="too-many-lines"), None, "failed", id="failed"),
        pytest.param(listed(), outcome(outcome="skipped", code="zero-total"), None, "skipped", id="skipped"),
        pytest.param(
            listed(), outcome(outcome="skipped", code="not-finalized"), None, "missing", id="skipped too early"
        ),
        pytest.param(listed(), SYNCED, None, "skipped", id="synced by another"),
        pytest.param(listed(), outcome(outcome="resolved", resolved_by="kim"), None, "resolved", id="by hand"),
        pytest.param(listed(status="VOID"), outcome(), None, "voided-after-creation", id="voided"),
        pytest.param(listed(status="VOID"), SYNCED, None, "voided-after-creation", id="voided, synced by another"),
    ],
)
def test_every_invoice_gets_the_state_that_its_traces_tell(
    invoice: ListedInvoice, newest: Outcome | None, there: Held | None, state: State
) -> None:
    finding = compare(invoice, newest, there)

    assert finding is not None
    assert finding.state == state


def test_two_documents_for_one_invoice_are_told() -> None:
    finding = compare(listed(), outcome(), held(), ["9001", "9002"])

    assert finding is not None
    assert (finding.state, "9001, 9002" in finding.detail) == ("duplicate", True)


@pytest.mark.parametrize("status", ["DRAFT", "VOID", "DRAFT_INCOMPLETE"])
def test_what_nobody_has_to_bill_is_no_finding(status: str) -> None:
    assert compare(listed(status=status), None) is None


def test_only_what_never_became_a_document_may_be_enqueued() -> None:
    lost, deleted = compare(listed(), None), compare(listed(), outcome(), Held(None))

    assert lost is not None
    assert deleted is not None
    assert (lost.is_lost, deleted.is_lost) == (True, False)
    assert lost.needs_a_person
    assert deleted.needs_a_person


def test_an_invoice_in_no_currency_is_stated_as_it_is() -> None:
    assert listed(credit_type={"id": "x", "name": "Tokens"}).money() == (Decimal(10000), "Tokens")


def test_a_list_of_another_shape_gives_no_report_at_all() -> None:
    with pytest.raises(Unavailable, match="another shape: total"):
        parse_listed(shown(total=None))


class FakeMetronome:
    """Customers and their invoices, the youngest first."""

    def __init__(self, *invoices: dict[str, Any]) -> None:
        self._invoices = invoices

    def customer_ids(self) -> Iterator[str]:
        """Give every customer once."""
        yield from dict.fromkeys(invoice["customer_id"] for invoice in self._invoices)

    def invoices_since(self, customer_id: str, _since: object) -> list[dict[str, Any]]:
        """Give a customer's invoices."""
        return [invoice for invoice in self._invoices if invoice["customer_id"] == customer_id]


def states(
    metronome: FakeMetronome, *records: Record, there: Held | None = None, chosen: Selection = WINDOW
) -> dict[str, str]:
    ledger = view_of(FakeBroker(records))
    reconciler = Reconciler(metronome, FakeReader(records), ledger, lambda _outcome: there, SETTINGS, 2, START)
    return {finding.invoice_id: finding.state for finding in reconciler.findings(chosen, lambda: None)}


def test_the_window_is_by_issue_date_and_periodless_invoices_are_in_it() -> None:
    metronome = FakeMetronome(
        shown(id="in"),
        shown(id="scheduled", start_timestamp=None, end_timestamp=None),
        shown(id="undated", issued_at=None),
        shown(id="early", issued_at=(SINCE - timedelta(seconds=1)).isoformat()),
        shown(id="late", issued_at=UNTIL.isoformat()),
    )

    assert states(metronome) == dict.fromkeys(("in", "scheduled", "undated"), "missing")


def test_without_an_end_it_is_by_now() -> None:
    later = shown(id="later", issued_at=(START + timedelta(seconds=1)).isoformat())

    assert states(FakeMetronome(shown(), later), chosen=Selection(since=SINCE)) == {INVOICE_ID: "missing"}


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(Selection(), id="no beginning"),
        pytest.param(Selection(until=UNTIL), id="an end alone"),
        pytest.param(Selection(since=SINCE, customer_id=CUSTOMER_ID), id="more than a time"),
    ],
)
def test_what_is_not_a_time_with_a_beginning_is_refused(chosen: Selection) -> None:
    with pytest.raises(InvalidRequest, match="--since"):
        states(FakeMetronome(shown()), chosen=chosen)


def test_before_an_invoice_is_missing_the_whole_ledger_is_asked() -> None:
    long_ago = in_ledger(0, outcome(settled_at=SINCE - timedelta(days=60)))

    assert states(FakeMetronome(shown()), long_ago) == {INVOICE_ID: "created"}


def test_an_invoice_on_its_way_is_not_missing_but_one_that_never_arrived_anywhere_is() -> None:
    def received(at: Any) -> Record:
        return lying("raw-invoices", 0, raw_invoice(), INVOICE_ID, at=at)

    assert states(FakeMetronome(shown()), received(START - timedelta(hours=1))) == {INVOICE_ID: "in-progress"}
    assert states(FakeMetronome(shown()), received(START - timedelta(days=2))) == {INVOICE_ID: "missing"}


def test_the_ledger_tells_of_a_second_document() -> None:
    records = [
        in_ledger(number, outcome(provider_document_id=name, settled_at=START))
        for number, name in enumerate(("9001", "9002"))
    ]

    assert states(FakeMetronome(shown()), *records) == {INVOICE_ID: "duplicate"}


def test_providers_are_asked_about_what_was_created_alone() -> None:
    recent = [
        in_ledger(0, outcome(settled_at=START)),
        in_ledger(1, outcome(invoice_id="f", outcome="failed", settled_at=START)),
    ]

    found = states(FakeMetronome(shown(), shown(id="f")), *recent, there=Held(None))

    assert found == {INVOICE_ID: "missing", "f": "failed"}


def test_a_missing_invoice_names_the_destination_of_its_customer() -> None:
    ledger = view_of(FakeBroker([]))
    reconciler = Reconciler(FakeMetronome(shown()), FakeReader([]), ledger, nobody_asked, SETTINGS, 1, START)

    (finding,) = reconciler.findings(WINDOW, lambda: None)

    assert finding.destination == "netsuite"


def test_what_is_lost_is_enqueued_as_its_webhook_would_have() -> None:
    publisher = FakePublisher()
    findings = [each for each in (compare(listed(), None), compare(listed(id="b"), outcome())) if each]

    fixed = list(enqueue_lost(findings, publisher, "raw-invoices", START))

    (record,) = publisher.published
    assert (record.key, record.json["source"], record.json["customer_id"]) == (
        INVOICE_ID.encode(),
        "reconcile",
        CUSTOMER_ID,
    )
    assert record.headers == (("event-id", f"reconcile-{INVOICE_ID}".encode()),)
    assert [(each.state, each.needs_a_person) for each in fixed] == [("missing", False), ("created", False)]


def test_an_invoice_counts_as_enqueued_only_once_the_broker_has_it() -> None:
    publisher = FakePublisher()
    publisher.fail()

    with pytest.raises(PublishFailed):
        list(enqueue_lost([each for each in (compare(listed(), None),) if each], publisher, "raw-invoices", START))


def test_the_sums_of_both_sides_differ_by_what_is_still_to_come() -> None:
    totals = Totals()
    for finding in (
        compare(listed(), outcome(), held()),
        compare(listed(id="b", total=Decimal(5000)), None),
        compare(listed(id="c", total=Decimal(700)), outcome(outcome="skipped", code="unbillable")),
        compare(listed(id="d", status="VOID"), outcome()),
    ):
        assert finding is not None
        totals.add(finding)

    (row,) = totals.rows()

    assert [str(value) for value in row.values()] == ["USD", "157.00", "7.00", "100.00", "50.00"]
    assert (totals.for_a_person, totals.states["missing"]) == (2, 1)


def test_work_in_parallel_keeps_its_order_and_stops_at_the_first_error() -> None:
    def half(number: int) -> int:
        if number % 2:
            raise ValueError(number)
        return number // 2

    assert list(in_parallel(half, iter(range(0, 50, 2)), threads=3)) == list(range(25))
    with pytest.raises(ValueError, match="5"):
        list(in_parallel(half, iter([2, 4, 5, 6]), threads=3))
