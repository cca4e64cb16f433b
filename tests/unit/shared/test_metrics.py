"""What is counted, under the names that alerts and dashboards rely on."""

from invoice_shared.errors import CallFailed, Unreachable
from invoice_shared.metrics import OUTCOMES, Metrics


def test_every_way_in_which_a_call_can_fail_has_a_name() -> None:
    # A provider's own kind, e.g. for an unfinished create, ends in the creator's handler.
    ours = {
        kind for kind in CallFailed.__subclasses__() if kind.__module__ == CallFailed.__module__
    }
    assert set(OUTCOMES) == ours


def test_a_system_that_was_never_reached_counts_as_unavailable() -> None:
    metrics = Metrics()

    metrics.called("netsuite", Unreachable("refused"), 0.4)

    assert 'outcome="unavailable",system="netsuite"} 1.0' in metrics.exposition().decode()


def test_a_call_is_observed_by_its_result_in_the_same_way_in_every_service() -> None:
    metrics = Metrics()

    metrics.called("netsuite", None, 0.4)
    for kind in OUTCOMES:
        metrics.called("netsuite", failed(kind), 0.4)

    shown = metrics.exposition().decode()
    for outcome in ("ok", *OUTCOMES.values()):
        assert (
            f'invoice_connector_call_seconds_count{{outcome="{outcome}",system="netsuite"}} 1.0'
            in shown
        )


def failed(kind: type[CallFailed]) -> CallFailed:
    """Return an error of a kind without the arguments of its constructor."""
    error = kind.__new__(kind)
    assert isinstance(error, CallFailed)
    return error
