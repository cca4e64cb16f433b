from collections import Counter
from threading import Event

import pytest

from invoice_operations.rate_limit import RateLimit
from invoice_operations.replay.ids import new_id
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.sending import Done, put_back_by, send_all, without
from invoice_shared.publishing import PublishFailed
from invoice_shared.record import OutgoingRecord
from tests.builders import INVOICE_ID, formatted_invoice, raw_invoice
from tests.fakes import START, FakeClock, FakePublisher
from tests.unit.operations.builders import record_in
from tests.unit.operations.fakes import FakeReader

ID = new_id(START, "4f2a9c")
NO_LIMIT = RateLimit(None, FakeClock())


def outgoing(*keys: str) -> list[OutgoingRecord]:
    return [
        OutgoingRecord("raw-invoices", key.encode(), f"{number}".encode(), ())
        for number, key in enumerate(keys)
    ]


def test_all_records_are_sent_in_order_and_each_acknowledgement_is_reported() -> None:
    publisher = FakePublisher()
    told = list[bytes]()

    is_complete = send_all(outgoing("a", "b", "a"), publisher, NO_LIMIT, Event(), told.append)

    assert is_complete
    assert [(each.key, each.value) for each in publisher.published] == [
        (b"a", b"0"),
        (b"b", b"1"),
        (b"a", b"2"),
    ]
    assert told == [b"a", b"b", b"a"]


def test_a_refusal_by_the_broker_ends_it() -> None:
    publisher = FakePublisher()
    told = list[bytes]()
    publisher.fail(times=1)

    with pytest.raises(PublishFailed):
        send_all(outgoing("a", "b"), publisher, NO_LIMIT, Event(), told.append)

    assert told == []


def test_a_stop_prevents_further_sends_and_waits_for_what_was_sent() -> None:
    publisher = FakePublisher()
    stop = Event()
    told = list[bytes]()

    def acknowledged(name: bytes) -> None:
        told.append(name)
        stop.set()

    is_complete = send_all(outgoing("a", "b", "c"), publisher, NO_LIMIT, stop, acknowledged)

    assert not is_complete
    assert len(told) == len(publisher.published) < 3


def test_a_stop_after_the_last_record_changes_nothing() -> None:
    stop = Event()

    assert send_all(outgoing("a"), FakePublisher(), NO_LIMIT, stop, lambda _name: stop.set())


def test_a_resumed_replay_finds_its_sent_records_in_kafka() -> None:
    mine = Mark(ID, "kim").on(())
    records = [
        record_in("raw-invoices", 0, raw_invoice(), "a", headers=mine, at=START),
        record_in(
            "raw-invoices",
            1,
            raw_invoice(),
            "a",
            headers=Mark("replay-other", "kim").on(()),
            at=START,
        ),
        record_in("raw-invoices", 2, raw_invoice(), "b", at=START),
    ]

    done, invoices = put_back_by(ID, FakeReader(records), ("raw-invoices", "formatted-invoices"))

    assert done == {("raw-invoices", b"a"): 1}
    assert invoices == {INVOICE_ID.encode(): 1}


def test_the_formatters_output_for_a_replayed_record_does_not_count_as_sent() -> None:
    mine = Mark(ID, "kim").on(())
    records = [
        record_in("raw-invoices", 0, raw_invoice(invoice_id="a"), "a", headers=mine, at=START),
        record_in(
            "formatted-invoices", 0, formatted_invoice(invoice_id="a"), "a", headers=mine, at=START
        ),
        record_in(
            "formatted-invoices", 1, formatted_invoice(invoice_id="b"), "b", headers=mine, at=START
        ),
    ]

    _done, invoices = put_back_by(ID, FakeReader(records), ("raw-invoices", "formatted-invoices"))

    assert invoices == {b"a": 1, b"b": 1}


def test_the_first_records_of_a_key_are_left_out() -> None:
    done: Done = Counter({("raw-invoices", b"a"): 2, ("formatted-invoices", b"b"): 1})

    left = list(without(done, outgoing("a", "b", "a", "a")))

    assert [(each.key, each.value) for each in left] == [(b"b", b"1"), (b"a", b"3")]
