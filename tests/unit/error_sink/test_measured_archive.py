from collections.abc import Callable

import pytest

from invoice_error_sink.measured_archive import MeasuredArchive
from invoice_shared.archive.archive import (
    Archive,
    ArchiveRefused,
    ArchiveUnavailable,
    ArchiveUnreachable,
)
from invoice_shared.metrics import Metrics
from tests.fakes import FakeClock
from tests.unit.error_sink.fakes import FakeArchive

CALLS: list[Callable[[Archive], object]] = [
    lambda archive: archive.check(),
    lambda archive: archive.put("k", b"x"),
    lambda archive: archive.get("k"),
    lambda archive: archive.listed(""),
]


class FailingArchive(FakeArchive):
    """Refuses every call with one error."""

    def __init__(self, error: ArchiveUnavailable) -> None:
        super().__init__()
        self._error = error

    def check(self) -> None:
        raise self._error


def test_every_call_is_made_and_observed() -> None:
    archive = FakeArchive()
    metrics = Metrics()

    for call in CALLS:
        call(MeasuredArchive(archive, metrics, FakeClock()))

    assert archive.objects == {"k": b"x"}
    assert 'call_seconds_count{outcome="ok",system="s3"} 4.0' in metrics.exposition().decode()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ArchiveRefused("no"), "credentials-refused"),
        (ArchiveUnreachable("no"), "unavailable"),
        (ArchiveUnavailable("no"), "unavailable"),
    ],
)
def test_a_call_that_fails_is_observed_by_how_it_failed(
    error: ArchiveUnavailable, outcome: str
) -> None:
    metrics = Metrics()
    archive = MeasuredArchive(FailingArchive(error), metrics, FakeClock())

    for call in CALLS:
        with pytest.raises(type(error)):
            call(archive)

    assert (
        f'call_seconds_count{{outcome="{outcome}",system="s3"}} 4.0'
        in metrics.exposition().decode()
    )
