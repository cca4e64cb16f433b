"""Which records are replayed, and how they are marked: failures and whole topics."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.replay.ids import is_beginning, new_id, started_at
from invoice_operations.replay.marks import Mark, replays
from invoice_operations.replay.of_failures import FORGOTTEN, FailureReplay
from invoice_operations.replay.of_topic import SUPERSEDED, TopicReplay
from invoice_operations.replay.outgoing import CannotReplay, put_back, start_over
from invoice_operations.replay.plan import DONE
from invoice_operations.replay.priors import RESOLVED, Prior, priors
from invoice_operations.replay.request import RecordKind, ReplayRequest
from invoice_operations.selection import Selection
from invoice_shared import serde
from invoice_shared.decision import Decision
from invoice_shared.failure import InvoiceFailure, Original, SourcePosition
from invoice_shared.invoice import RawInvoice
from invoice_shared.original import original_of
from invoice_shared.record import Headers, OutgoingRecord, Record
from tests.builders import (
    CUSTOMER_ID,
    FINALIZED_AT,
    INVOICE_ID,
    failure,
    formatted_invoice,
    line_item,
    outcome,
    raw_invoice,
)
from tests.fakes import START
from tests.unit.operations.builders import document_in_ledger, in_errors, in_ledger, record_in
from tests.unit.operations.fakes import SETTINGS, FakeBroker, FakeReader, view_of

ANY = Selection()
MARK = Mark("replay-20260301T120000Z-4f2a9c", "kim")
EVENT: Headers = (("event-id", b"ev-1"), ("traceparent", b"00-1-2-01"))
RAW = serde.to_bytes(raw_invoice())
FORMATTED = serde.to_bytes(formatted_invoice())


def source(topic: str | None) -> SourcePosition:
    return SourcePosition(topic=topic, partition=2, offset=7, timestamp=FINALIZED_AT)


def of_formatter(**changes: Any) -> InvoiceFailure:
    return failure(
        **(
            {
                "original": original_of(INVOICE_ID.encode(), EVENT, RAW),
                "source": source("raw-invoices"),
            }
            | changes
        )
    )


def of_creator(**changes: Any) -> InvoiceFailure:
    facts = {
        "stage": "creator",
        "code": "provider-rejected",
        "source": source("formatted-invoices"),
    }
    return failure(
        **(facts | {"original": original_of(INVOICE_ID.encode(), EVENT, FORMATTED)} | changes)
    )


def test_the_id_of_a_replay_contains_its_start_to_the_microsecond() -> None:
    moment = START.replace(microsecond=123456)

    assert started_at(new_id(moment, "4f2a9c")) == moment
    assert started_at("replay-20260301T120000Z-4f2a9c") == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "mine",
        "",
        "replay-20260301T120000Z",
        "replay-20260301T120000Z-xyz123",
        "replay-20269999T120000Z-4f2a9c",
    ],
)
def test_an_invalid_replay_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        started_at(text)


def test_a_mark_keeps_the_other_headers_and_counts_up() -> None:
    once = MARK.on(EVENT)
    twice = Mark("replay-2", "lee", force=True, include_resolved=True).on(once)

    assert once == (
        *EVENT,
        ("replay-id", MARK.replay_id.encode()),
        ("replay-count", b"1"),
        ("replay-by", b"kim"),
    )
    assert twice == (
        *EVENT,
        ("replay-id", b"replay-2"),
        ("replay-count", b"2"),
        ("replay-by", b"lee"),
        ("replay-force", b"1"),
        ("replay-include-resolved", b"1"),
    )
    assert replays((("replay-count", b"many"),)) == 0


def test_a_mark_replaces_an_earlier_one_and_keeps_the_request_generation() -> None:
    earlier: Headers = (
        ("request-generation", b"r"),
        ("replay-by", b"lee"),
        ("replay-include-resolved", b"1"),
    )

    assert MARK.on(earlier)[:2] == (
        ("request-generation", b"r"),
        ("replay-id", MARK.replay_id.encode()),
    )
    assert [name for name, _value in MARK.on(earlier)] == [
        "request-generation",
        "replay-id",
        "replay-count",
        "replay-by",
    ]


def test_a_renewing_mark_replaces_an_earlier_request_generation() -> None:
    earlier: Headers = (("request-generation", b"r"), *EVENT)

    assert MARK.renewing(earlier) == (
        ("request-generation", MARK.replay_id.encode()),
        *MARK.on(EVENT),
    )


def test_a_failure_of_the_formatter_starts_over_with_its_own_record() -> None:
    assert start_over(of_formatter(), SETTINGS) == OutgoingRecord(
        "raw-invoices", INVOICE_ID.encode(), RAW, EVENT
    )


def test_a_failure_of_the_creator_starts_over_with_a_raw_record_from_its_ids_and_times() -> None:
    fresh = start_over(of_creator(), SETTINGS)

    raw = serde.from_bytes(RawInvoice, fresh.value)
    assert (fresh.topic, fresh.key, fresh.headers) == ("raw-invoices", INVOICE_ID.encode(), EVENT)
    assert (raw.invoice_id, raw.customer_id, raw.event_id, raw.source) == (
        INVOICE_ID,
        CUSTOMER_ID,
        "ev-1",
        "manual",
    )
    assert (raw.finalized_at, raw.received_at) == (
        formatted_invoice().finalized_at,
        formatted_invoice().received_at,
    )


def test_even_a_record_that_was_too_large_to_keep_can_start_over() -> None:
    fresh = start_over(of_creator(original=Original(key=INVOICE_ID, omitted=10_000_000)), SETTINGS)

    assert serde.from_bytes(RawInvoice, fresh.value).received_at == FINALIZED_AT


@pytest.mark.parametrize(
    "failed",
    [
        pytest.param(of_formatter(), id="text"),
        pytest.param(
            of_creator(original=original_of(b"\xff", (("h", b"\xfe"),), b"\xff\x00")), id="bytes"
        ),
        pytest.param(of_creator(original=original_of(None, (), None)), id="nothing at all"),
    ],
)
def test_the_failed_record_is_replayed_byte_for_byte(failed: InvoiceFailure) -> None:
    back = put_back(failed, SETTINGS)

    assert back.topic == failed.source.topic
    assert original_of(back.key, back.headers, back.value) == failed.original


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        pytest.param(
            of_formatter(invoice_id=None, code="malformed-record"),
            "names no invoice",
            id="no invoice",
        ),
        pytest.param(
            of_formatter(customer_id=None, code="malformed-record"),
            "names no customer",
            id="no customer",
        ),
        pytest.param(
            failure(source=source(None), invoice_id=None, stage="webhook"),
            "names no invoice",
            id="an unusable event",
        ),
    ],
)
def test_a_failure_that_cannot_start_over_says_what_to_do(
    failed: InvoiceFailure, said: str
) -> None:
    with pytest.raises(CannotReplay, match=said):
        start_over(failed, SETTINGS)


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        pytest.param(failure(source=source(None)), "not from a topic", id="an unusable event"),
        pytest.param(
            failure(source=source("elsewhere")),
            "not a topic of this installation",
            id="another installation's",
        ),
        pytest.param(
            of_creator(original=Original(omitted=5)), "--restart raw", id="too large to be kept"
        ),
    ],
)
def test_a_failure_that_cannot_be_replayed_says_what_to_do(
    failed: InvoiceFailure, said: str
) -> None:
    with pytest.raises(CannotReplay, match=said):
        put_back(failed, SETTINGS)


class FakeBooks:
    """A ledger and decisions; every invoice goes to ``destination`` now."""

    def __init__(self, *ledger: Record, destination: str | None = "netsuite") -> None:
        self.view = view_of(FakeBroker(ledger))
        self.destination = destination
        self.asked: list[str] = []

    def priors(self, invoice_ids: Iterable[str]) -> Mapping[str, Prior]:
        return priors(self.view, invoice_ids)

    def destination_now(self, customer_id: str, invoice_id: str) -> str | None:
        self.asked.append(invoice_id)
        return self.destination


def replay_of(
    records: Sequence[Record],
    *ledger: Record,
    chosen: Selection = ANY,
    destination: str | None = "netsuite",
    **choice: Any,
) -> FailureReplay:
    books = FakeBooks(*ledger, destination=destination)
    judge = partial(books.view.judged, chosen=chosen)
    request = ReplayRequest("errors", chosen, **choice)
    return FailureReplay(lambda: records, judge, books, request, SETTINGS)


def test_each_open_failure_is_replayed_once_even_if_the_archive_has_it_twice() -> None:
    record = in_errors(0, of_formatter())
    replay = replay_of([record, record])

    plan = replay.plan()

    assert (plan.selected, [each.headers for each in replay.outgoing(MARK)]) == (
        1,
        [MARK.on(EVENT)],
    )


def test_skipped_records_are_counted_by_reason() -> None:
    worn_out = original_of(b"c", (("replay-count", b"3"),), RAW)
    records = [
        in_errors(0, of_formatter(failure_id="a", invoice_id="a")),
        in_errors(1, of_formatter(failure_id="c", invoice_id="c", original=worn_out)),
        in_errors(2, of_formatter(failure_id="d", invoice_id=None, code="malformed-record")),
    ]
    later = of_formatter().failed_at + timedelta(hours=1)
    ledger = [
        in_ledger(0, outcome(invoice_id="a", settled_at=later)),
        in_ledger(1, outcome(invoice_id="e", outcome="failed", failure_id="e", settled_at=later)),
    ]

    plan = replay_of(records, *ledger).plan()

    assert plan.left_out == {
        "created meanwhile": 1,
        "replayed 3 times already (--max-replays)": 1,
        FORGOTTEN: 1,
    }
    assert [each["failure_id"] for each in plan.impossible] == ["d"]
    assert plan.selected == 0


def test_a_failure_whose_record_was_already_replayed_is_left_out_of_the_plan() -> None:
    records = [
        in_errors(0, of_formatter(failure_id="a")),
        in_errors(1, of_creator(failure_id="b", invoice_id="b")),
    ]

    plan = replay_of(records).plan(
        Counter({("raw-invoices", b"b"): 1, ("raw-invoices", b"settled"): 1})
    )

    assert (plan.selected, plan.left_out) == (1, {DONE: 1})
    assert [(group.code, group.count) for group in plan.tally.groups()] == [
        ("customer-not-mapped", 1)
    ]


def test_a_new_plan_forgets_the_previous_one() -> None:
    records = [in_errors(0, of_formatter())]
    replay = replay_of(records)
    replay.plan()
    records.clear()

    assert replay.plan().selected == 0
    records.append(in_errors(0, of_formatter()))
    assert list(replay.outgoing(MARK)) == []


def test_a_filter_restricts_both_the_plan_and_the_counts() -> None:
    records = [
        in_errors(0, of_formatter(failure_id="a")),
        in_errors(1, of_creator(failure_id="b", invoice_id="b")),
    ]
    replay = replay_of(records, chosen=Selection(codes=frozenset({"provider-rejected"})))

    plan = replay.plan()

    assert [(group.code, group.count) for group in plan.tally.groups()] == [
        ("provider-rejected", 1)
    ]
    assert [each.key for each in replay.outgoing(MARK)] == [b"b"]


@pytest.mark.parametrize(
    ("chosen", "selected", "left_out"),
    [
        pytest.param(ANY, 1, {"created meanwhile": 1}, id="any"),
        pytest.param(Selection(state="open"), 1, {}, id="open failures"),
        pytest.param(
            Selection(state="created"), 0, {"created meanwhile": 1}, id="those created meanwhile"
        ),
    ],
)
def test_a_state_selects_failures_by_what_became_of_them(
    chosen: Selection, selected: int, left_out: dict[str, int]
) -> None:
    records = [
        in_errors(0, of_formatter(failure_id="a")),
        in_errors(1, of_creator(failure_id="b", invoice_id="b")),
    ]
    ledger = in_ledger(
        0, outcome(invoice_id="b", settled_at=of_creator().failed_at + timedelta(hours=1))
    )

    plan = replay_of(records, ledger, chosen=chosen).plan()

    assert (plan.selected, plan.left_out) == (selected, left_out)


def test_the_plan_is_a_histogram_with_the_money_at_stake() -> None:
    failed = outcome(outcome="failed", failure_id="f" * 64, settled_at=of_formatter().failed_at)
    document = replay_of([in_errors(0, of_formatter())], in_ledger(0, failed)).plan().document()

    assert [(each["code"], each["count"]) for each in document["reasons"]] == [
        ("customer-not-mapped", 1)
    ]
    assert (str(document["money"]["USD"]), document["unknown_totals"]) == ("100.00", 0)


def topic_replay(
    *records: Record,
    chosen: Selection = ANY,
    ledger: Sequence[Record] = (),
    destination: str | None = "netsuite",
    ends: Mapping[int, int] | None = None,
    **choice: Any,
) -> TopicReplay:
    topic = records[0].topic
    books = FakeBooks(*ledger, destination=destination)
    request = ReplayRequest(
        "formatted" if topic == "formatted-invoices" else "raw", chosen, **choice
    )
    return TopicReplay(FakeReader(records), topic, request, books, ends)


FIRST = record_in("raw-invoices", 0, raw_invoice(), "a", headers=EVENT)
REPLAYED = record_in("raw-invoices", 1, raw_invoice(), "b", headers=MARK.on(EVENT))
STRANGE = record_in("raw-invoices", 2, b"?", "c")


def test_records_are_replayed_unchanged_even_unreadable_ones_but_not_replays() -> None:
    replay = topic_replay(FIRST, REPLAYED, STRANGE)

    plan = replay.plan()
    sent = list(replay.outgoing(MARK))

    assert (plan.selected, sum(plan.left_out.values())) == (2, 1)
    assert sent == [
        OutgoingRecord(each.topic, each.key, each.value, MARK.on(each.headers))
        for each in (FIRST, STRANGE)
    ]
    assert {group.code for group in plan.tally.groups()} == {"webhook", "unreadable"}


def test_replays_are_included_on_demand_up_to_the_loop_guard() -> None:
    assert topic_replay(REPLAYED, include_replays=True).plan().selected == 1
    assert topic_replay(REPLAYED, include_replays=True, max_replays=1).plan().left_out.total() == 1


def test_a_customer_selects_the_records_that_name_it() -> None:
    replay = topic_replay(FIRST, STRANGE, chosen=Selection(customer_id=CUSTOMER_ID))

    assert [each.key for each in sent(replay)] == [b"a"]
    assert topic_replay(FIRST, chosen=Selection(customer_id="another")).plan().selected == 0


def test_formatted_records_show_the_money_at_stake() -> None:
    plan = topic_replay(record_in("formatted-invoices", 0, formatted_invoice(), "a")).plan()

    assert plan.tally.total() == ({"USD": formatted_invoice().total}, 0)


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        ("raw", {"chosen": Selection(codes=frozenset({"items-not-mapped"}))}, "--code"),
        ("formatted", {"chosen": Selection(stage="creator")}, "--stage"),
        ("formatted", {"chosen": Selection(destination="netsuite")}, "--destination"),
        ("raw", {"storage": "s3"}, "--from s3"),
        ("raw", {"restart": "failed"}, "--restart failed"),
        ("errors", {"include_replays": True}, "--include-replays"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    what: RecordKind, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        ReplayRequest(what, **({"chosen": ANY} | options))


MINUTE = timedelta(minutes=1)
OLDER = record_in(
    "formatted-invoices",
    0,
    formatted_invoice(total="90.00", line_items=(line_item(amount="90.00"),)),
    "a",
)
NEWER = record_in("formatted-invoices", 5, formatted_invoice(), "a", headers=MARK.on(EVENT))
OTHER = record_in("formatted-invoices", 3, formatted_invoice(), "b")
AFTERWARDS = record_in("formatted-invoices", 9, formatted_invoice(), "a", at=START + MINUTE)


def sent(replay: TopicReplay | FailureReplay) -> list[OutgoingRecord]:
    replay.plan()
    return list(replay.outgoing(MARK))


def test_the_newest_formatted_record_of_an_invoice_is_replayed_even_one_of_a_replay() -> None:
    replay = topic_replay(OLDER, OTHER, NEWER, AFTERWARDS, ends={0: AFTERWARDS.offset})

    plan = replay.plan()

    assert (plan.selected, plan.left_out) == (2, {SUPERSEDED: 1})
    assert [(each.key, each.value) for each in replay.outgoing(MARK)] == [
        (b"b", OTHER.value),
        (b"a", NEWER.value),
    ]
    rest = replay.plan(Counter({("formatted-invoices", b"a"): 1}))
    assert (rest.selected, rest.left_out) == (1, {SUPERSEDED: 1, DONE: 1})


def test_a_superseded_record_is_not_replayed_if_the_newest_is_not_selected() -> None:
    chosen = Selection(partition=0, from_offset=0, until=START)
    moved = record_in(
        "formatted-invoices", 0, formatted_invoice(), "a", partition=1, at=START - MINUTE
    )

    plan = topic_replay(OLDER, moved, chosen=chosen).plan()

    assert (plan.selected, plan.left_out) == (0, {SUPERSEDED: 1})


def test_records_that_arrive_between_planning_and_sending_are_not_replayed() -> None:
    replay = topic_replay(SINGLE)
    replay.plan()
    late = record_in("formatted-invoices", 9, formatted_invoice(), "late")
    replay.reader = FakeReader([SINGLE, late])

    assert [each.key for each in replay.outgoing(MARK)] == [b"a"]


def created_at(destination: str, **changes: Any) -> Record:
    return document_in_ledger(0, outcome(invoice_id="a", destination=destination, **changes))


def decided(invoice_id: str) -> Record:
    decision = Decision(
        decision_id="d", kind="resolve", subject=invoice_id, by="kim", at=START, via="cli"
    )
    return record_in("invoice-decisions", 0, decision, invoice_id)


SINGLE = record_in("formatted-invoices", 0, formatted_invoice(), "a")
FAILED = in_errors(0, of_creator(failure_id="f", invoice_id="a", destination="netsuite"))
RESOLVED_EVENT = in_ledger(
    1, outcome(invoice_id="a", outcome="resolved", resolved_by="kim", failure_id="f")
)


@pytest.mark.parametrize(
    "by", [RESOLVED_EVENT, decided("a")], ids=["in the ledger", "by decision alone"]
)
@pytest.mark.parametrize(
    "replay",
    [
        pytest.param(partial(topic_replay, FIRST), id="raw"),
        pytest.param(partial(topic_replay, SINGLE), id="formatted"),
        pytest.param(lambda ledger, **how: replay_of([FAILED], *ledger, **how), id="errors"),
    ],
)
def test_a_resolved_failure_is_left_out_unless_it_is_included(replay: Any, by: Record) -> None:
    left = replay(ledger=(by,)).plan()
    included = replay(ledger=(by,), include_resolved=True).plan()

    assert (left.selected, left.left_out) == (0, {RESOLVED: 1})
    assert (included.selected, included.left_out) == (1, {})


@pytest.mark.parametrize(
    ("replay", "selected", "forced"),
    [
        pytest.param(partial(topic_replay, FIRST), 1, 1, id="raw: the formatter asks Metronome"),
        pytest.param(partial(topic_replay, SINGLE), 0, 1, id="formatted: nothing else protects it"),
    ],
)
def test_a_created_invoice_is_replayed_only_through_the_formatter_or_by_force(
    replay: Any, selected: int, forced: int
) -> None:
    ledger = (created_at("netsuite"),)

    assert replay(ledger=ledger).plan().selected == selected
    assert replay(ledger=ledger, force=True).plan().selected == forced


def test_a_removed_document_is_not_an_obstacle() -> None:
    assert topic_replay(SINGLE, ledger=(created_at("razorpay", stands=False),)).plan().selected == 1


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    "replay",
    [
        pytest.param(lambda **how: topic_replay(FIRST, **how), id="raw"),
        pytest.param(lambda **how: topic_replay(SINGLE, **how), id="formatted"),
        pytest.param(
            lambda ledger, **how: replay_of([FAILED], *ledger, **how), id="errors from raw"
        ),
        pytest.param(
            lambda ledger, **how: replay_of([FAILED], *ledger, restart="failed", **how),
            id="errors as they are",
        ),
    ],
)
def test_a_document_at_another_destination_is_left_out_even_by_force(
    replay: Any, force: bool
) -> None:
    plan = replay(ledger=(created_at("razorpay"),), force=force).plan()

    assert plan.selected == 0
    assert list(plan.left_out.values()) == [1]


def test_the_destination_is_not_asked_for_without_a_document() -> None:
    replay = topic_replay(FIRST)

    assert replay.plan().selected == 1
    assert isinstance(replay.books, FakeBooks)
    assert replay.books.asked == []


def test_the_formatter_decides_if_the_destination_is_unknown() -> None:
    assert (
        topic_replay(FIRST, ledger=(created_at("razorpay"),), destination=None).plan().selected == 1
    )


def event(**changes: Any) -> Record:
    return in_ledger(
        0, outcome(**({"invoice_id": "a", "outcome": "failed", "failure_id": "f"} | changes))
    )


OLD_GENERATION: Headers = (("request-generation", b"r"), *EVENT)


@pytest.mark.parametrize(
    ("newest", "generation"),
    [
        pytest.param(None, b"r", id="nothing known"),
        pytest.param(event(code="provider-rejected"), b"new", id="refused"),
        pytest.param(event(code="conflicting-document"), b"new", id="another document"),
        pytest.param(event(code="document-removed", stage="formatter"), b"new", id="removed"),
        pytest.param(
            event(code="provider-rejected", outcome="resolved"), b"new", id="refused and resolved"
        ),
        pytest.param(
            event(code="provider-rejected", may_exist=True), b"r", id="may exist after all"
        ),
        pytest.param(event(code="retries-exhausted"), b"r", id="a doubt"),
        pytest.param(event(code="items-not-mapped"), b"r", id="never sent"),
        pytest.param(event(code="held-for-approval"), b"r", id="held"),
        pytest.param(event(outcome="created", code="writeback-refused"), b"r", id="created"),
    ],
)
def test_the_request_is_a_new_one_only_after_a_refusal_by_the_provider(
    newest: Record | None, generation: bytes
) -> None:
    known = [] if newest is None else [newest]
    record = record_in("raw-invoices", 0, raw_invoice(), "a", headers=OLD_GENERATION)

    (again,) = sent(topic_replay(record, ledger=known, include_resolved=True))

    renewed = MARK.replay_id.encode() if generation == b"new" else generation
    assert [value for name, value in again.headers if name == "request-generation"] == [renewed]


@pytest.mark.parametrize(
    ("ledger", "code", "is_renewed"),
    [
        pytest.param([], "provider-rejected", True, id="the ledger lags behind"),
        pytest.param([event(code="provider-rejected")], "provider-rejected", True, id="refused"),
        pytest.param(
            [event(code="retries-exhausted", may_exist=True)],
            "retries-exhausted",
            False,
            id="a doubt",
        ),
    ],
)
def test_a_refused_failure_starts_over_as_a_new_request(
    ledger: list[Record], code: str, is_renewed: bool
) -> None:
    failed = in_errors(
        0, of_creator(failure_id="f", invoice_id="a", destination="netsuite", code=code)
    )

    (again,) = sent(replay_of([failed], *ledger))

    assert (("request-generation", MARK.replay_id.encode()) in again.headers) == is_renewed


@pytest.mark.parametrize(
    ("text", "is_short"),
    [
        ("replay-20260301T12", True),
        ("replay-20260301T120000Z-4f2a9", True),
        ("replay-20260301T120000Z-4f2a9c", False),
        ("mine", False),
    ],
)
def test_the_beginning_of_an_id_is_distinguished_from_a_whole_one(
    text: str, is_short: bool
) -> None:
    assert is_beginning(text) is is_short
