"""The calls of others since a moment, which the comparison uses."""

from invoice_shared.resilience.call_log import MAX_CALLS, Call, CallLog


def log_of(*calls: tuple[float, bytes, bool]) -> CallLog:
    log = CallLog()
    for at, peer, served in calls:
        log.add(Call(at, peer, served))
    return log


def test_only_another_peers_success_after_the_moment_is_a_comparison() -> None:
    log = log_of((1, b"other", True), (2, b"own", True), (3, b"other", False))

    assert log.served_since(0, other_than=b"own")
    assert not log.served_since(1, other_than=b"own")


def test_the_failure_rate_leaves_out_the_peers_own_calls() -> None:
    log = log_of(
        (1, b"a", False), (2, b"b", True), (3, b"own", False), (4, b"c", False), (5, b"d", True)
    )

    assert log.failure_rate_since(0, other_than=b"own") == 3 / 6
    assert log.failure_rate_since(1, other_than=b"own") == 2 / 5


def test_many_good_calls_are_nearly_certain_evidence_and_a_few_are_not() -> None:
    few = log_of((1, b"a", True))
    many = log_of(*((at, b"a", True) for at in range(1, 100)))

    assert CallLog().failure_rate_since(0, other_than=b"own") == 1 / 2
    assert few.failure_rate_since(0, other_than=b"own") == 1 / 3
    assert many.failure_rate_since(0, other_than=b"own") == 1 / 101


def test_the_oldest_calls_are_forgotten() -> None:
    log = log_of((0, b"a", True), *((at, b"a", False) for at in range(1, MAX_CALLS + 1)))

    assert not log.served_since(-1, other_than=b"own")
