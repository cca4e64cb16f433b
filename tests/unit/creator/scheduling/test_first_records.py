from datetime import datetime, timedelta
from typing import Any

import pytest

from invoice_creator.scheduling.first_records import FirstRecords
from invoice_shared.record import Record, TopicPartition
from tests.builders import FINALIZED_AT, formatted_invoice, record

PARTITION = TopicPartition("formatted-invoices", 3)
END = 100
SINCE = FINALIZED_AT - timedelta(minutes=5)


def firsts(**bounds: Any) -> FirstRecords:
    """Return the first records of a process that got the partition five minutes before the invoice
    was finalized.
    """
    memory = FirstRecords(**bounds)
    memory.assigned(PARTITION, END, SINCE)
    return memory


def consumed(**changes: Any) -> Record:
    return record(
        **({"topic": PARTITION.topic, "partition": PARTITION.partition, "offset": END} | changes)
    )


def invoice(
    invoice_id: str = "inv-1", finalized_at: datetime | None = FINALIZED_AT, **changes: Any
) -> Any:
    return formatted_invoice(
        invoice_id=invoice_id, finalized_at=finalized_at, **({"source": "webhook"} | changes)
    )


def test_a_record_of_the_webhook_that_arrived_after_the_assignment_is_a_first_one() -> None:
    assert firsts().take(consumed(), invoice())


@pytest.mark.parametrize(
    ("read", "of"),
    [
        pytest.param(consumed(offset=END - 1), invoice(), id="it was there before the assignment"),
        pytest.param(consumed(partition=4), invoice(), id="in a partition that is not ours"),
        pytest.param(consumed(headers=(("replay-id", b"replay-1"),)), invoice(), id="replayed"),
        pytest.param(consumed(), invoice(source="reconcile"), id="enqueued by reconcile"),
        pytest.param(consumed(), invoice(source="manual"), id="started over"),
        pytest.param(consumed(), invoice(source=None), id="by an older formatter"),
        pytest.param(consumed(), invoice(finalized_at=None), id="finalized at an unknown time"),
        pytest.param(
            consumed(),
            invoice(finalized_at=SINCE + timedelta(seconds=59)),
            id="finalized about when we got the partition: another process may have sent it",
        ),
    ],
)
def test_everything_else_is_a_repeat(read: Record, of: Any) -> None:
    assert not firsts().take(read, of)


def test_the_second_record_of_an_invoice_is_always_a_repeat() -> None:
    memory = firsts()

    memory.take(consumed(offset=END - 1), invoice())

    assert not memory.take(consumed(), invoice())


def test_a_seen_invoice_is_known_in_every_partition() -> None:
    memory = firsts()
    memory.assigned(TopicPartition(PARTITION.topic, 7), 0, SINCE)

    memory.take(consumed(), invoice())

    assert not memory.take(consumed(partition=7), invoice())


def test_a_partition_that_comes_back_counts_from_its_new_end() -> None:
    memory = firsts()
    memory.revoked([PARTITION])
    assert not memory.take(consumed(), invoice("inv-1"))

    memory.assigned(PARTITION, END + 10, SINCE)

    assert not memory.take(consumed(offset=END + 9), invoice("inv-2"))
    assert memory.take(consumed(offset=END + 10), invoice("inv-3"))


def test_a_forgotten_invoice_makes_all_invoices_finalized_before_it_repeats() -> None:
    memory = firsts(max_remembered=1)
    memory.take(consumed(), invoice("inv-1"))
    memory.take(consumed(), invoice("inv-2", FINALIZED_AT + timedelta(seconds=1)))

    assert not memory.take(consumed(), invoice("inv-1"))
    assert not memory.take(consumed(), invoice("inv-0", FINALIZED_AT - timedelta(seconds=1)))
    assert memory.take(consumed(), invoice("inv-4", FINALIZED_AT + timedelta(minutes=1)))
