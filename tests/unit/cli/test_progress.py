"""Progress messages of a command in a pipe."""

import pytest

from invoice_cli.output import Listing
from invoice_cli.progress import LINE_SECONDS, Lines, progress, reading
from tests.fakes import FakeClock


def test_a_line_is_printed_every_ten_seconds_even_while_nothing_happens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = FakeClock()
    advance = Lines(lambda done: f"{done} done", clock.monotonic)

    for count in (3, 0, 2):
        advance(count)
        clock.advance(LINE_SECONDS / 2)
    advance(0)
    clock.advance(LINE_SECONDS)
    advance(0)

    assert capsys.readouterr().err.splitlines() == ["5 done", "5 done"]


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_a_quick_command_prints_no_progress(
    output: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("replayed", 2, output) as advance, reading(output) as read:
        advance()
        read(1000)

    assert capsys.readouterr() == ("", "")
