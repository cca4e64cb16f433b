"""The chain of tokens: who may renew, when, and what is stored before it is used.

A refresh token is spent only under a claim in the store, which proves that the store will accept
the new one. The new one is stored before its access token is used. If that write fails, the tokens
stay in memory and are written again before each use. A process that dies in between leaves the
previous refresh token in the store. Intuit reportedly changes its value only about once a day, so
it is usually still the current one. If it is not, the app must be connected again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from invoice_providers.login import LoginState
from invoice_providers.oauth.claims import Claims
from invoice_providers.oauth.grant import Grant
from invoice_providers.oauth.sentences import doubted, ended, looking_again, not_begun
from invoice_providers.oauth.tokens import GrantRefused, StoreChanged, Stored, Tokens, TokenStore
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed
from invoice_shared.logs import get_logger

log = get_logger(__name__)

# Intuit changes a refresh token's value about once a day, and ends one that was unused for 100
# days.
IDLE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """New tokens, and the claim under which they were obtained."""

    tokens: Tokens
    claim: Stored

    def may_replace(self, stored: Stored | None) -> bool:
        """Whether no other process has written tokens since the claim."""
        return stored is None or stored.tokens.are_the_same(self.claim.tokens)


class TokenChain:
    """See ``TokenSource`` and ``KeptLogin``.

    Thread-safe; replicas with the same store share one renewal.
    """

    def __init__(self, store: TokenStore, grant: Grant, clock: Clock) -> None:
        self._store = store
        self._grant = grant
        self._clock = clock
        self._claims = Claims(store, grant.words, clock)
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._unsaved: Unsaved | None = None
        self._refused = ""
        self._doubted: tuple[str, ...] = ()
        self._state = LoginState()
        self._tell: Callable[[LoginState], None] = lambda _state: None

    @property
    def state(self) -> LoginState:
        """See ``KeptLogin``."""
        return self._state

    def watch(self, tell: Callable[[LoginState], None]) -> None:
        """See ``KeptLogin``."""
        self._tell = tell

    def current(self) -> str:
        """See ``TokenSource``."""
        with self._lock:
            tokens = self._tokens
            if self._unsaved is not None or tokens is None or not self._is_usable(tokens):
                tokens = self._advance()
            return tokens.access_token

    def refused(self, token: str) -> None:
        """See ``TokenSource``."""
        with self._lock:
            self._refused = token

    def keep(self) -> None:
        """See ``KeptLogin``."""
        with self._lock:
            found = None if self._unsaved is not None else self._ours(self._store.read())
            if found is None or found.are_idle(self._clock.now(), IDLE):
                self._advance()
            else:
                self._take(found)

    def _is_usable(self, tokens: Tokens) -> bool:
        return tokens.access_token != self._refused and not tokens.are_due(self._clock.now())

    def _ours(self, stored: Stored | None) -> Tokens | None:
        """Return the stored tokens if they belong to this account and app."""
        return (
            stored.tokens
            if stored is not None and stored.tokens.belong_to(self._grant.owner)
            else None
        )

    def _take(self, tokens: Tokens) -> Tokens:
        self._tokens, self._unsaved = tokens, None
        self._show(LoginState(tokens.unused_ends_at, tokens.ends_at))
        return tokens

    def _show(self, state: LoginState) -> None:
        if state != self._state:
            self._state = state
            self._tell(state)

    def _advance(self) -> Tokens:
        """Save unsaved tokens; else use another replica's stored ones; else renew and save."""
        with self._store.exclusive():
            try:
                if self._unsaved is None:
                    stored = self._store.read()
                    found = self._ours(stored)
                    if found is not None and self._is_usable(found):
                        return self._take(found)
                    self._unsaved = self._renewed(stored, found)
                return self._take(self._saved(self._unsaved))
            except StoreChanged:
                return self._of_the_winner()

    def _renewed(self, stored: Stored | None, ours: Tokens | None) -> Unsaved:
        """Claim, then renew with the stored refresh token, or else with the settings' one.

        Raises ``StoreChanged`` if another replica was faster.
        """
        owner = self._grant.owner
        known = (ours.refresh_token if ours else None, self._grant.first_token())
        candidates = tuple(dict.fromkeys(token for token in known if token))
        if not candidates:
            raise self._dead(stored)
        begun = Tokens(
            refresh_token=candidates[0], access_token="", renew_at=self._clock.now(), owner=owner
        )
        claim = self._claims.stake(stored, begun)
        for refresh_token in candidates:
            try:
                tokens = self._grant.renew(refresh_token)
            except GrantRefused:
                self._stop_if_changed(claim)
                continue
            if ours is not None and refresh_token == ours.refresh_token:
                return Unsaved(tokens.after(ours, owner), claim)
            self._tell_of_a_new_chain(stored)
            return Unsaved(tokens.after(None, owner), claim)
        if self._is_believed(candidates):
            raise self._dead(stored)
        raise doubted(self._grant.words)

    def _saved(self, unsaved: Unsaved) -> Tokens:
        """Store new tokens. Raises what the store raises; they then stay unsaved."""
        try:
            self._write(unsaved)
        except CallFailed as error:
            self._show(replace(self._state, unsaved=error.reason))
            raise
        return unsaved.tokens

    def _write(self, unsaved: Unsaved) -> None:
        try:
            self._store.write(unsaved.tokens, unsaved.claim)
        except StoreChanged:
            stored = self._store.read()
            if stored is not None and stored.tokens.are_the_same(unsaved.tokens):
                return  # an earlier attempt had arrived
            if not unsaved.may_replace(stored):
                raise
            self._write_over(unsaved.tokens, stored)

    def _write_over(self, tokens: Tokens, stored: Stored | None) -> None:
        try:
            self._store.write(tokens, stored)
        except StoreChanged as error:
            raise looking_again(self._grant.words) from error

    def _stop_if_changed(self, claim: Stored) -> None:
        found = self._store.read()
        if found is None or found.version != claim.version:
            raise StoreChanged

    def _of_the_winner(self) -> Tokens:
        """Use the tokens that another process has stored instead of ours.

        Raises ``Unavailable`` if they are not usable (yet).
        """
        self._unsaved = None
        self._show(replace(self._state, unsaved=None))
        found = self._ours(self._store.read())
        if found is None or not self._is_usable(found):
            raise looking_again(self._grant.words)
        return self._take(found)

    def _is_believed(self, candidates: tuple[str, ...]) -> bool:
        """Whether this is the second refusal; the first may be due to an unsaved renewal."""
        is_second = self._doubted == candidates
        self._doubted = candidates
        return is_second

    def _dead(self, stored: Stored | None) -> CallFailed:
        if stored is not None and self._ours(stored) is None:
            return not_begun(self._grant.words, self._grant.owner, stored)
        return ended(self._grant.words)

    def _tell_of_a_new_chain(self, stored: Stored | None) -> None:
        before = "" if stored is None else str(stored.tokens.owner or self._grant.owner)
        log.warning(
            "new login begun",
            system=self._grant.words.title,
            owner=str(self._grant.owner),
            instead_of=before,
        )
