"""Who must wait after Metronome answered 429: one customer or all of them.

Pure. Times are in seconds.
"""

from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import Unavailable
from invoice_shared.metronome.answers import limits_one_customer

# How long calls wait after a 429 without a usable Retry-After.
UNTOLD_HOLD_SECONDS = 1.0


class RateLimits:
    """Until when calls must wait.

    Threads may share it: a race at worst loses a delay, which costs one more 429.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all_until = 0.0
        self._customer_until: dict[str, float] = {}

    def note(self, answer: Answer, customer_id: str) -> None:
        """Note the limit in an answer to a call about this customer, if any."""
        if answer.status != 429:
            return
        seconds = answer.retry_after(self._clock.now()) or UNTOLD_HOLD_SECONDS
        if limits_one_customer(answer):
            self.hold_customer(customer_id, seconds)
        else:
            self.hold_all(seconds)

    def hold_customer(self, customer_id: str, seconds: float) -> None:
        """Delay one customer's calls."""
        self._forget_past()
        until = self._clock.monotonic() + seconds
        self._customer_until[customer_id] = max(self._customer_until.get(customer_id, 0.0), until)

    def hold_all(self, seconds: float) -> None:
        """Delay every call."""
        self._all_until = max(self._all_until, self._clock.monotonic() + seconds)

    def delay(self, customer_id: str) -> float:
        """Return the seconds that a call for this customer must wait; 0 if it may go now."""
        until = max(self._all_until, self._customer_until.get(customer_id, 0.0))
        return max(0.0, until - self._clock.monotonic())

    def refusal(self, customer_id: str) -> Unavailable | None:
        """Return the error for a call that must wait; ``None`` if it may go now."""
        if not (wait := self.delay(customer_id)):
            return None
        if self._all_until > self._clock.monotonic():
            return Unavailable(
                "Metronome asked for a pause of all calls.", retry_after=wait, outage=True
            )
        return Unavailable(
            "Metronome asked for a pause of this customer.", retry_after=wait, about="customer"
        )

    def _forget_past(self) -> None:
        now = self._clock.monotonic()
        # A copy, because another thread may add a customer meanwhile.
        for customer_id, until in list(self._customer_until.items()):
            if until <= now:
                self._customer_until.pop(customer_id, None)
