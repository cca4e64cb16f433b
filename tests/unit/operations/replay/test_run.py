"""A replay from its plan to its end, stopped and resumed."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest
from invoice_operations.replay.ids import new_id
from invoice_operations.replay.plan import DONE
from invoice_operations.replay.priors import ELSEWHERE
from invoice_operations.replay.request import RecordKind, ReplayRequest
from invoice_operations.replay.run import Replay
from invoice_operations.selection import Selection
from invoice_shared.archive.jsonl import archived_object
from invoice_shared.decision import Decision
from invoice_shared.failure import InvoiceFailure
from invoice_shared.original import original_of
from invoice_shared.publishing import PublishFailed
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes, to_bytes
from tests.builders import CUSTOMER_ID, failure, formatted_invoice, outcome, raw_invoice
from tests.fakes import START
from tests.unit.operations.builders import document_in_ledger, in_errors, in_ledger, record_in
from tests.unit.operations.world import FakeInstallation

ID = new_id(START, "4f2a9c")
KIM = Person("kim", "cli")
EARLIER = START - timedelta(hours=1)
RAW = ReplayRequest("raw", Selection())
ERRORS = ReplayRequest("errors", Selection(), restart="raw")


def raw(*names: str) -> list[Record]:
    return [
        record_in("raw-invoices", number, raw_invoice(), name, at=EARLIER)
        for number, name in enumerate(names)
    ]


def failed(*names: str) -> list[Record]:
    def one(name: str) -> InvoiceFailure:
        original = original_of(name.encode(), (), to_bytes(raw_invoice(invoice_id=name)))
        return failure(failure_id=name, invoice_id=name, failed_at=EARLIER, original=original)

    return [in_errors(number, one(name)) for number, name in enumerate(names)]


def keys(installation: FakeInstallation) -> list[bytes | None]:
    return [each.key for each in installation.broker.to("raw-invoices")]


def test_planned_records_are_replayed_once() -> None:
    installation = FakeInstallation(raw("a", "b", "a"))
    replay = Replay(ID, RAW, installation, KIM)

    plan = replay.plan()
    is_complete = replay.send(None, Event(), lambda: None)

    assert (plan.selected, replay.put_back, is_complete) == (3, 3, True)
    assert keys(installation) == [b"a", b"b", b"a"]


def test_resuming_a_stopped_replay_by_its_id_skips_nothing_and_repeats_nothing() -> None:
    installation = FakeInstallation(raw("a", "b", "c", "a"))
    stopped = Replay(ID, RAW, installation, KIM)
    stop = Event()
    stopped.plan()

    assert not stopped.send(None, stop, stop.set)
    done = len(keys(installation))
    resumed = Replay(ID, RAW, installation, KIM)
    plan = resumed.resume()

    assert (plan.selected, plan.left_out, resumed.put_back) == (4 - done, {DONE: done}, done)
    assert plan.tally.groups()[0].count == plan.selected
    assert resumed.send(None, Event(), lambda: None)
    assert resumed.put_back == 4
    assert keys(installation) == [b"a", b"b", b"c", b"a"]


def test_a_resumed_replay_of_failures_subtracts_only_planned_records() -> None:
    installation = FakeInstallation(failed("a", "b", "c"))
    stopped = Replay(ID, ERRORS, installation, KIM)
    stop = Event()
    stopped.plan()
    stopped.send(None, stop, stop.set)
    done = keys(installation)
    meanwhile = [
        in_ledger(0, outcome(invoice_id=(key or b"").decode(), settled_at=START)) for key in done
    ]
    installation.records += meanwhile

    resumed = Replay(ID, ERRORS, installation, KIM)
    plan = resumed.resume()

    assert plan.left_out == {"created meanwhile": len(done)}
    assert (plan.selected, resumed.put_back) == (3 - len(done), len(done))


AHEAD = START + timedelta(hours=1)


@pytest.mark.parametrize("at", [EARLIER, AHEAD], ids=["clock is right", "clock is ahead"])
def test_records_present_at_the_plan_are_chosen_whatever_the_brokers_clock_says(
    at: datetime,
) -> None:
    newest = record_in("raw-invoices", 9, raw_invoice(), "newest", at=at)
    replay = Replay(ID, RAW, FakeInstallation([*raw("a"), newest]), KIM)

    assert replay.plan().selected == 2


@pytest.mark.parametrize("what", ["raw", "formatted"])
def test_records_that_arrive_after_the_plan_are_not_chosen_even_with_an_earlier_time(
    what: RecordKind,
) -> None:
    topic = f"{what}-invoices"
    value = formatted_invoice() if what == "formatted" else raw_invoice()
    installation = FakeInstallation([record_in(topic, 0, value, "a", at=AHEAD)])
    replay = Replay(ID, ReplayRequest(what, Selection()), installation, KIM)
    replay.plan()
    installation.records.append(record_in(topic, 1, value, "later", at=EARLIER))

    assert replay.send(None, Event(), lambda: None)

    assert [each.key for each in installation.broker.to(topic)] == [b"a"]


def test_a_resumed_replay_chooses_the_same_as_its_first_run_whatever_the_clocks_say() -> None:
    records = [
        record_in("raw-invoices", n, raw_invoice(), k, at=AHEAD) for n, k in enumerate("abc")
    ]
    installation = FakeInstallation(records)
    stopped = Replay(ID, RAW, installation, KIM)
    stop = Event()
    stopped.plan()
    stopped.send(None, stop, stop.set)
    done = len(keys(installation))
    installation.records.append(record_in("raw-invoices", 3, raw_invoice(), "later", at=EARLIER))

    resumed = Replay(ID, RAW, installation, KIM)

    assert resumed.resume().selected == 3 - done
    assert resumed.send(None, Event(), lambda: None)
    assert keys(installation) == [b"a", b"b", b"c"]


def test_a_failure_is_replayed_even_if_the_clock_of_its_service_is_ahead() -> None:
    (earlier,) = failed("a")
    value = from_bytes(InvoiceFailure, earlier.value).model_copy(update={"failed_at": AHEAD})
    installation = FakeInstallation([in_errors(0, value)])

    assert Replay(ID, ERRORS, installation, KIM).plan().selected == 1


def test_a_failure_that_arrived_after_the_first_run_is_not_replayed_by_the_resumed_one() -> None:
    first, second = failed("a", "b")
    installation = FakeInstallation([first])
    stopped = Replay(ID, ERRORS, installation, KIM)
    stop = Event()
    stopped.plan()
    stop.set()
    stopped.send(None, stop, lambda: None)
    installation.records.append(second)

    assert Replay(ID, ERRORS, installation, KIM).resume().selected == 1


def test_a_time_that_begins_after_the_replay_is_refused() -> None:
    tomorrow = ReplayRequest("raw", Selection(since=START + timedelta(days=1)))

    with pytest.raises(InvalidRequest, match="is not before --until"):
        Replay(ID, tomorrow, FakeInstallation([]), KIM)


def test_failures_are_read_from_the_archive_on_request() -> None:
    key = f"errors/dt=2026-03-01/hour=09/invoice-errors-00000-{0:020d}-{1:020d}.jsonl.gz"
    installation = FakeInstallation([], {key: archived_object(failed("a", "b"))})
    by_place = Selection(partition=0, from_offset=1)

    replay = Replay(ID, ReplayRequest("errors", by_place, storage="s3"), installation, KIM)

    assert replay.plan().selected == 1
    assert replay.send(None, Event(), lambda: None)
    assert keys(installation) == [b"b"]


def test_an_archived_object_that_cannot_be_read_is_named_and_the_rest_is_replayed() -> None:
    first, second = (
        f"errors/dt=2026-03-01/hour=09/invoice-errors-00000-{start:020d}-{start:020d}.jsonl.gz"
        for start in (0, 1)
    )
    a, b = failed("a", "b")
    installation = FakeInstallation(
        [], {first: archived_object([a])[:-9], second: archived_object([b])}
    )
    replay = Replay(ID, ReplayRequest("errors", Selection(), storage="s3"), installation, KIM)

    plan = replay.plan()
    replay.send(None, Event(), lambda: None)

    assert keys(installation) == [b"b"]
    assert [each["object"] for each in plan.document()["unreadable_objects"]] == [first]


def test_a_failure_is_selected_by_the_time_of_failure_not_of_its_record() -> None:
    hours_ago = replace(failed("a")[0], timestamp=0)
    installation = FakeInstallation([hours_ago])
    since = Selection(since=EARLIER - timedelta(minutes=1))
    replay = Replay(ID, ReplayRequest("errors", since), installation, KIM)

    assert replay.plan().selected == 1
    assert replay.send(None, Event(), lambda: None)
    assert keys(installation) == [b"a"]


def test_the_rate_follows_the_clock_and_a_stop_ends_the_wait() -> None:
    class Impatient(Event):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

    installation = FakeInstallation(raw("a", "b", "c"))
    replay = Replay(ID, RAW, installation, KIM)
    replay.plan()

    assert not replay.send(0.001, Impatient(), lambda: None)
    assert keys(installation) == [b"a"]


def test_a_refusal_by_the_broker_is_reported() -> None:
    installation = FakeInstallation(raw("a"))
    installation.broker.fail()
    replay = Replay(ID, RAW, installation, KIM)
    replay.plan()

    with pytest.raises(PublishFailed):
        replay.send(None, Event(), lambda: None)


def test_the_run_is_recorded_before_anything_is_replayed() -> None:
    installation = FakeInstallation(raw("a", "b"))
    chosen = Selection(since=EARLIER, invoice_id="a")
    replay = Replay(ID, ReplayRequest("raw", chosen, force=True), installation, KIM)
    replay.plan()

    assert replay.send(None, Event(), lambda: None)

    decided, put_back = installation.broker.published
    decision = from_bytes(Decision, decided.value)
    assert (decided.topic, put_back.topic) == ("invoice-decisions", "raw-invoices")
    assert (decision.kind, decision.subject, decision.replay_id, decision.by) == (
        "replay",
        ID,
        ID,
        "kim",
    )
    assert decision.filters == {
        "what": "raw",
        "since": "2026-03-01T11:00:00.000Z",
        "invoice_id": "a",
        "force": "true",
    }
    assert decision.count == 1
    assert tuple(dict(put_back.headers)[name] for name in ("replay-by", "replay-force")) == (
        b"kim",
        b"1",
    )


def test_a_run_that_cannot_be_recorded_replays_nothing() -> None:
    installation = FakeInstallation(raw("a"))
    installation.broker.fail(times=1)
    replay = Replay(ID, RAW, installation, KIM)
    replay.plan()

    with pytest.raises(PublishFailed):
        replay.send(None, Event(), lambda: None)

    assert installation.broker.published == []


def test_metronome_is_asked_once_per_customer_where_a_raw_record_would_go_now() -> None:
    records = [
        record_in("raw-invoices", number, raw_invoice(invoice_id=name), name, at=EARLIER)
        for number, name in enumerate("ab")
    ]
    ledger = [
        document_in_ledger(number, outcome(invoice_id=name, settled_at=EARLIER))
        for number, name in enumerate("ab")
    ]
    moved = {
        "data": metronome_invoice(customer_custom_fields={"destination": " QuickBooks_Online "})
    }
    installation = FakeInstallation([*records, *ledger], answers={(CUSTOMER_ID, "a"): moved})

    plan = Replay(ID, ReplayRequest("raw", Selection(), force=True), installation, KIM).plan()

    assert (plan.selected, plan.left_out) == (0, {ELSEWHERE: 2})


def metronome_invoice(**changes: Any) -> dict[str, Any]:
    return {
        "id": "a",
        "customer_id": CUSTOMER_ID,
        "type": "USAGE",
        "status": "FINALIZED",
        "credit_type": {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"},
        "total": 10000,
        "line_items": [],
    } | changes


@pytest.mark.parametrize(
    ("answers", "goes_to"),
    [
        pytest.param({}, None, id="Metronome does not know the invoice"),
        pytest.param(
            {"customer_custom_fields": {"destination": "netsuite"}}, "netsuite", id="named"
        ),
        pytest.param({"customer_custom_fields": {}}, None, id="not mapped"),
        pytest.param({"customer_custom_fields": {"destination": "sap"}}, None, id="unknown"),
        pytest.param(
            {"customer_custom_fields": {"destination": "netsuite"}, "payer": {"customer_id": "p"}},
            None,
            id="a payer",
        ),
        pytest.param({"total": "?"}, None, id="unreadable"),
    ],
)
def test_the_current_destination_is_the_customers_own(
    answers: dict[str, Any], goes_to: str | None
) -> None:
    known = {(CUSTOMER_ID, "a"): {"data": metronome_invoice(**answers)}} if answers else {}

    assert FakeInstallation([], answers=known).destinations()(CUSTOMER_ID, "a") == goes_to
