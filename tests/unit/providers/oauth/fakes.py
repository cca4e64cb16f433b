"""A login like Intuit's and a token store in memory, as strict as the real ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from invoice_providers.oauth.grant import Words
from invoice_providers.oauth.tokens import GrantRefused, Owner, StoreChanged, Stored, Tokens
from invoice_shared.errors import CallFailed
from tests.fakes import FakeClock

HOUR = timedelta(hours=1)
UNUSED = timedelta(days=100)
OURS = Owner(account="9130", client_id="app-1")
WORDS = Words(
    title="QuickBooks Online",
    login="Intuit's login",
    app_settings="QBO_CLIENT_ID, QBO_CLIENT_SECRET and QBO_TOKEN_URL",
    first_token="QBO_REFRESH_TOKEN",
    token_store="QBO_TOKEN_STORE",
)


class FakeIntuit:
    """Ends a refresh token as soon as it is used.

    ``before_answer`` runs during a renewal. ``ends_at`` is the end of the whole login, as answered.
    """

    def __init__(self, clock: FakeClock, valid: str = "r0") -> None:
        self.valid = valid
        self.renewals = 0
        self.ends_at: datetime | None = None
        self.before_answer: Callable[[], None] = lambda: None
        self._clock = clock

    def renew(self, refresh_token: str) -> Tokens:
        """Exchange the one valid refresh token."""
        hook = self.before_answer
        self.before_answer = lambda: None
        hook()
        if refresh_token != self.valid:
            raise GrantRefused
        self.renewals += 1
        self.valid = f"r{self.renewals}"
        now = self._clock.now()
        return Tokens(
            refresh_token=self.valid,
            access_token=f"a{self.renewals}",
            renew_at=now + HOUR,
            unused_ends_at=now + UNUSED,
            ends_at=self.ends_at,
        )


class FakeTokenStore:
    """Conditional writes and no lock, as on S3.

    ``fails`` is raised by the next write, ``busy`` by ``exclusive``; ``fault`` is asked at every
    write. With ``is_careless`` it accepts writes whose condition does not hold.
    """

    has_lock = False

    def __init__(self) -> None:
        self.stored: Stored | None = None
        self.fails: CallFailed | None = None
        self.busy: CallFailed | None = None
        self.fault: Callable[[Tokens], CallFailed | None] = lambda _tokens: None
        self.is_careless = False
        self._writes = 0

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Block nobody, unless a test says so."""
        if self.busy is not None:
            raise self.busy
        yield

    def read(self) -> Stored | None:
        """Return what was written last."""
        return self.stored

    def write(self, tokens: Tokens, replacing: Stored | None) -> Stored:
        """Write, unless somebody else has."""
        error = self.fails or self.fault(tokens)
        self.fails = None
        if error is not None:
            raise error
        if self.stored != replacing and not self.is_careless:
            raise StoreChanged
        self._writes += 1
        self.stored = Stored(tokens, str(self._writes))
        return self.stored
