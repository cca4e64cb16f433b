import pytest

from invoice_shared.assignment import Assignment
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from tests.fakes import FakeClock


class Member:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.health = Health(self.clock, 120)
        self.metrics = Metrics()
        self.assignment = Assignment(self.health, self.metrics)

    def shows(self, figure: str) -> bool:
        return f"invoice_connector_{figure}" in self.metrics.exposition().decode()


@pytest.fixture
def member() -> Member:
    return Member()


def test_the_last_known_lag_is_shown_while_it_is_unknown(member: Member) -> None:
    member.assignment.told(6)
    member.assignment.lag(7)
    assert member.shows("partitions_assigned 6.0")

    member.assignment.left(0)
    member.assignment.lag(0)  # of no partition

    assert member.shows("consumer_lag_records 7.0")
    assert member.shows("partitions_assigned 0.0")
    assert member.health.missing_parts() == ["partitions: none assigned yet"]


def test_an_empty_assignment_counts_as_an_assignment(member: Member) -> None:
    member.assignment.told(6)
    member.assignment.lag(7)

    member.assignment.told(0)
    member.assignment.lag(0)

    assert member.shows("consumer_lag_records 0.0")
    assert member.health.missing_parts()[0].startswith(
        "partitions: none assigned: the other replicas"
    )


def test_the_remaining_partitions_are_still_processed(member: Member) -> None:
    member.assignment.told(6)

    member.assignment.left(3)
    member.assignment.lag(5)

    assert member.shows("consumer_lag_records 5.0")
    assert member.health.missing_parts() == []


def test_the_wait_for_an_assignment_is_no_stall_of_its_records(member: Member) -> None:
    member.assignment.untold()
    member.clock.advance(119)
    member.assignment.told(6)
    member.assignment.lag(7)

    member.clock.advance(119)
    assert member.health.is_live()
    member.clock.advance(1)
    assert not member.health.is_live()
