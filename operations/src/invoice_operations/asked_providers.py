"""Asking the billing systems gently: so many calls per second, patient while one is busy. Changes nothing there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from invoice_operations.metronome_reader import patiently
from invoice_operations.pace import Pace
from invoice_operations.provider_lookup import Providers, check, find
from invoice_operations.reconcile.comparison import Held
from invoice_providers.login import LoginState
from invoice_shared.outcome import Outcome

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class AskedProviders:
    """Thread-safe. Calls raise ``CredentialsRefused`` or, after some tries, ``Unavailable``."""

    known: Providers
    pace: Pace
    backoff_max_seconds: float

    @property
    def names(self) -> list[str]:
        """The systems that may be asked from here."""
        return list(self.known.usable)

    @property
    def left_out(self) -> Mapping[str, str]:
        """Why another system may not be asked."""
        return self.known.left_out

    def account(self, name: str) -> str | None:
        """Return the name of our account there."""
        return self.known.usable[name].account

    def check(self, name: str) -> None:
        """Return if a system lets us in."""
        self._patiently(lambda: check(self.known.usable[name]))

    def login(self, name: str) -> LoginState | None:
        """Return what is known of our login there; ``None`` if it is one without an end."""
        login = self.known.usable[name].login
        return None if login is None else login.state

    def held(self, outcome: Outcome) -> Held | None:
        """Return what the system holds for a ledger entry; ``None`` if it may not be asked."""
        provider = self.known.usable.get(outcome.destination or "")
        return None if provider is None else self._patiently(lambda: Held(find(provider, outcome)))

    def _patiently(self, call: Callable[[], Found]) -> Found:
        def paced() -> Found:
            self.pace.wait()
            return call()

        return patiently(paced, self.pace, self.backoff_max_seconds)
