"""Entering a resolution: which failure, over what, and that it is durable."""

import pytest

from invoice_operations.errors import NeedsAttention, NotFound
from invoice_operations.resolve.run import resolve
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import PublishFailed
from invoice_shared.serde import from_bytes
from tests.builders import INVOICE_ID, failure, outcome
from tests.fakes import START
from tests.unit.operations.installation import FakeInstallation
from tests.unit.operations.reading import in_errors, in_ledger

FAILURE = failure(failure_id="abcdef0123456789")
KNOWN = outcome(outcome="failed", failure_id=FAILURE.failure_id, settled_at=FAILURE.failed_at)


def open_failure() -> FakeInstallation:
    return FakeInstallation([in_errors(0, FAILURE), in_ledger(0, KNOWN)])


def test_the_resolution_is_the_ledgers_newest_entry_over_what_it_knew() -> None:
    installation = open_failure()

    entered = resolve("abcdef01", installation, who="kim", why="billed by hand")

    (record,) = installation.broker.published
    assert (record.topic, record.key) == ("invoice-outcomes", INVOICE_ID.encode())
    assert from_bytes(Outcome, record.value) == entered
    assert (entered.outcome, entered.resolved_by, entered.total) == ("resolved", "kim", KNOWN.total)
    assert entered.settled_at == START


def test_what_is_resolved_is_not_resolved_again() -> None:
    installation = open_failure()
    resolve("abcdef01", installation, who="kim", why="billed by hand")

    with pytest.raises(NeedsAttention, match="resolved already"):
        resolve("abcdef01", installation, who="lee", why="me too")

    assert len(installation.broker.published) == 1


def test_an_unknown_failure_is_told() -> None:
    with pytest.raises(NotFound):
        resolve("0123456789", open_failure(), who="kim", why="billed by hand")


def test_a_resolution_that_the_broker_does_not_take_is_no_resolution() -> None:
    installation = open_failure()
    installation.broker.fail()

    with pytest.raises(PublishFailed):
        resolve("abcdef01", installation, who="kim", why="billed by hand")
