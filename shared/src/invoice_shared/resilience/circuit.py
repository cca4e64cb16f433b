"""A circuit breaker for one outside system: an outage holds calls back, it never makes invoices fail. Pure.

Closed: calls go out, as many at once as the allowance says. Open: one call at a time probes, after 1, 2, 4 … seconds
up to ``probe_seconds`` (a throttle is over in a second, an outage is not); any understood call closes it.
"""

from dataclasses import dataclass, field
from typing import Literal

from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable
from invoice_shared.resilience.concurrency_limit import Allowance

Change = Literal["opened", "refused", "closed"]
"""What is worth telling: calls are held back; our credentials are refused; all goes on."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave for one call. ``opening`` counts the openings before it, so that a late answer is known as such."""

    opening: int
    is_probe: bool


@dataclass(slots=True)
class Circuit:
    """Not thread-safe: its owner holds a lock. Every permit from ``begin`` goes back by exactly one of the others."""

    clock: Clock
    failures: int
    probe_seconds: float
    allowance: Allowance
    is_open: bool = False
    is_refused: bool = False
    openings: int = 0
    last_success: float | None = None
    probe_at: float = 0.0
    _probing: bool = False
    _probes: int = 0
    _run: int = 0
    _suspects: set[bytes] = field(default_factory=set)

    def admits(self) -> bool:
        """Tell whether a call may go out now."""
        if not self.is_open:
            return self.allowance.has_room()
        return not self._probing and self.clock.monotonic() >= self.probe_at

    def not_before(self, due: float) -> float | None:
        """Give when a call that is due then may go out; ``None`` = not known before another call's answer."""
        if not self.is_open:
            return due if self.allowance.has_room() else None
        return None if self._probing else max(due, self.probe_at)

    def begin(self) -> Permit:
        """Take leave for one call; only where ``admits``."""
        self._probing = self.is_open
        self.allowance.in_flight += 1
        return Permit(self.openings, is_probe=self.is_open)

    def succeeded(self, permit: Permit) -> Change | None:
        """The call did what it should."""
        self.allowance.in_flight -= 1
        self.allowance.relax()
        self.last_success = self.clock.monotonic()
        return self._understood(permit)

    def failed(self, permit: Permit, suspect: bytes, error: CallFailed) -> Change | None:
        """The call failed for ``suspect``, an invoice.

        A ``Rejected`` with an answer shows the other side to be well; one without shows nothing.
        """
        self.allowance.in_flight -= 1
        if isinstance(error, Rejected):
            return self._understood(permit) if error.response else self._nothing_learnt(permit)
        if self.is_open:
            return self._failed_while_open(permit, error)
        self.allowance.tighten()
        self._run += 1
        self._suspects.add(suspect)
        return self._open(error) if self._tells_outage(error) else None

    def _understood(self, permit: Permit) -> Change | None:
        if not self.is_open:
            self._forget_run()
        elif permit.is_probe:
            self.is_open = self.is_refused = self._probing = False
            return "closed"
        return None

    def _nothing_learnt(self, permit: Permit) -> Change | None:
        if permit.is_probe:
            self._probing = False
        return None

    def _failed_while_open(self, permit: Permit, error: CallFailed) -> Change | None:
        if permit.is_probe:
            self._probing = False
            self._probes += 1
            self._set_probe(error)
        return self._note_refusal(error)

    def _tells_outage(self, error: CallFailed) -> bool:
        if isinstance(error, CredentialsRefused) or (isinstance(error, Unavailable) and error.outage):
            return True
        return self._run >= self.failures and len(self._suspects) > 1

    def _open(self, error: CallFailed) -> Change:
        self.is_open = True
        self.allowance.start_over()
        self.openings += 1
        self._probes = 0
        self._forget_run()
        self._set_probe(error)
        return self._note_refusal(error) or "opened"

    def _note_refusal(self, error: CallFailed) -> Change | None:
        if self.is_refused or not isinstance(error, CredentialsRefused):
            return None
        self.is_refused = True
        return "refused"

    def _set_probe(self, error: CallFailed) -> None:
        wish = error.retry_after or 0.0 if isinstance(error, Unavailable) else 0.0
        self.probe_at = self.clock.monotonic() + max(wish, min(self.probe_seconds, 2.0**self._probes))

    def _forget_run(self) -> None:
        self._run = 0
        self._suspects.clear()
