"""The rate limit that all workers share."""

import time

from invoice_providers.quickbooks_online.setup import CALLS_PER_SECOND, rate_limit


def test_the_eleventh_call_of_a_second_waits() -> None:
    wait = rate_limit()
    started = time.monotonic()

    for _ in range(CALLS_PER_SECOND + 1):
        wait()

    # Only the lower bound: how much longer it takes depends on the machine.
    assert time.monotonic() - started >= 0.9
