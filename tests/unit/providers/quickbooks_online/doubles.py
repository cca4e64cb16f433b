"""Intuit's login and a token store in memory, as strict as the real ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from invoice_providers.quickbooks_online.tokens import GrantRefused, StoreChanged, Stored, Tokens
from invoice_shared.errors import CallFailed
from tests.fakes import FakeClock

HOUR = timedelta(hours=1)


class FakeIntuit:
    """Ends a refresh token the moment that it is used. ``before_answer`` runs while a renewal is on its way."""

    def __init__(self, clock: FakeClock, valid: str = "r0") -> None:
        self.valid = valid
        self.renewals = 0
        self.before_answer: Callable[[], None] = lambda: None
        self._clock = clock

    def renew(self, refresh_token: str) -> Tokens:
        """Exchange the one valid refresh token."""
        hook, self.before_answer = self.before_answer, lambda: None
        hook()
        if refresh_token != self.valid:
            raise GrantRefused
        self.renewals += 1
        self.valid = f"r{self.renewals}"
        return Tokens(refresh_token=self.valid, access_token=f"a{self.renewals}", renew_at=self._clock.now() + HOUR)


class FakeTokenStore:
    """Conditional writes and no lock, as S3. ``fails`` is raised by the next write; ``busy`` by ``exclusive``."""

    def __init__(self) -> None:
        self.stored: Stored | None = None
        self.fails: CallFailed | None = None
        self.busy: CallFailed | None = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold nobody up, unless a test says so."""
        if self.busy is not None:
            raise self.busy
        yield

    def read(self) -> Stored | None:
        """Give what was written last."""
        return self.stored

    def write(self, tokens: Tokens, replacing: Stored | None) -> None:
        """Write, if nobody else has."""
        error, self.fails = self.fails, None
        if error is not None:
            raise error
        if self.stored != replacing:
            raise StoreChanged
        self.stored = Stored(tokens, str(int(replacing.version) + 1 if replacing else 1))
