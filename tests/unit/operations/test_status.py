from datetime import timedelta

import pytest

from invoice_operations.errors import NotFound
from invoice_operations.status import status_of
from invoice_shared.kafka.groups import ConsumerGroup
from tests.builders import INVOICE_ID, failure, formatted_invoice, outcome, raw_invoice
from tests.unit.operations.builders import in_errors, in_ledger, record_in
from tests.unit.operations.world import FakeInstallation

FAILED = failure(failed_at=outcome().settled_at)


def test_the_steps_of_one_invoice_are_shown_from_all_topics() -> None:
    installation = FakeInstallation(
        [
            record_in("raw-invoices", 0, raw_invoice(), INVOICE_ID),
            record_in("raw-invoices", 1, raw_invoice(), "another"),
            record_in("formatted-invoices", 0, formatted_invoice(), INVOICE_ID),
            in_errors(0, FAILED),
            in_ledger(0, outcome(outcome="failed", failure_id=FAILED.failure_id)),
        ]
    )

    found = status_of(INVOICE_ID, installation)

    assert (found.facts["invoice_id"], found.facts["state"]) == (INVOICE_ID, "failed")
    assert [step.what for step in found.steps] == [
        "received",
        "formatted",
        "failed",
        "outcome: failed",
    ]


def test_an_invoice_in_no_topic_is_reported_with_what_to_do() -> None:
    with pytest.raises(NotFound, match="reconcile"):
        status_of("nowhere", FakeInstallation([]))


@pytest.mark.parametrize(("committed", "state"), [(5, "in-progress"), (6, "failed")])
def test_a_clock_ahead_shows_a_failed_invoice_in_progress_only_until_it_is_consumed(
    committed: int, state: str
) -> None:
    ahead = record_in(
        "raw-invoices", 5, raw_invoice(), INVOICE_ID, at=FAILED.failed_at + timedelta(seconds=1)
    )
    settled = in_ledger(0, outcome(outcome="failed", failure_id=FAILED.failure_id))
    formatter = ConsumerGroup("invoice-formatter", has_members=True, committed={0: committed})
    installation = FakeInstallation([ahead, settled], readers={"raw-invoices": [formatter]})

    assert status_of(INVOICE_ID, installation).facts["state"] == state


@pytest.mark.parametrize(("committed", "state"), [(5, "in-progress"), (6, "missing")])
def test_an_invoice_whose_entry_was_removed_is_missing_once_its_record_is_consumed(
    committed: int, state: str
) -> None:
    lies = [
        record_in("raw-invoices", 5, raw_invoice(), INVOICE_ID),
        in_ledger(0, outcome()),
        record_in("invoice-outcomes", 1, None, INVOICE_ID),
    ]
    formatter = ConsumerGroup("invoice-formatter", has_members=True, committed={0: committed})
    installation = FakeInstallation(lies, readers={"raw-invoices": [formatter]})

    assert status_of(INVOICE_ID, installation).facts["state"] == state
