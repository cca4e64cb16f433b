"""The chain of tokens: who may renew, when, and what is written down before it is used.

A new refresh token is stored before the access token that came with it is given to anyone. A process that dies between
Intuit's answer and the write leaves the previous refresh token stored. Intuit is said to change its value only about
once a day, so mostly that is still the current one; where it is not, the app must be connected again.
"""

import threading
from collections.abc import Callable

from invoice_providers.quickbooks_online.tokens import GrantRefused, StoreChanged, Stored, Tokens, TokenStore
from invoice_shared.clock import Clock
from invoice_shared.errors import CredentialsRefused, Unavailable

LOOK_AGAIN_SECONDS = 2.0
"""How long another replica may take to write down what it has just been given."""


class TokenChain:
    """See ``TokenSource``. Thread-safe; replicas with the same store share one renewal."""

    def __init__(
        self,
        store: TokenStore,
        renew: Callable[[str], Tokens],
        first_token: Callable[[], str | None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._renew = renew
        self._first_token = first_token
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._refused = ""
        self._doubted: tuple[str, ...] = ()

    def current(self) -> str:
        """See ``TokenSource``."""
        with self._lock:
            if self._tokens is None or not self._is_usable(self._tokens):
                with self._store.exclusive():
                    self._tokens = self._next()
            return self._tokens.access_token

    def refused(self, token: str) -> None:
        """See ``TokenSource``."""
        with self._lock:
            self._refused = token

    def _is_usable(self, tokens: Tokens) -> bool:
        return tokens.access_token != self._refused and not tokens.are_due(self._clock.now())

    def _next(self) -> Tokens:
        """Take what another replica has stored, else renew and store."""
        stored = self._store.read()
        if stored is not None and self._is_usable(stored.tokens):
            return stored.tokens
        try:
            renewed = self._renewed(stored)
            self._store.write(renewed, stored)
        except StoreChanged:
            return self._of_the_winner()
        return renewed

    def _renewed(self, stored: Stored | None) -> Tokens:
        """Renew with the stored refresh token; where that is dead, with that of the settings: a chain begun anew."""
        known = (stored.tokens.refresh_token if stored else None, self._first_token())
        candidates = tuple(dict.fromkeys(token for token in known if token))
        for refresh_token in candidates:
            try:
                return self._renew(refresh_token)
            except GrantRefused:
                self._stop_if_changed(stored)
        raise self._dead(candidates)

    def _stop_if_changed(self, stored: Stored | None) -> None:
        found = self._store.read()
        if found is not None and (stored is None or found.version != stored.version):
            raise StoreChanged

    def _dead(self, candidates: tuple[str, ...]) -> CredentialsRefused | Unavailable:
        """Believe a refusal the second time only: the first may come from a renewal that is not written down yet."""
        is_doubted = self._doubted == candidates
        self._doubted = candidates
        if candidates and not is_doubted:
            return Unavailable(
                "Intuit does not take the refresh token; another replica may just have renewed it.",
                retry_after=LOOK_AGAIN_SECONDS,
                outage=True,
            )
        return CredentialsRefused(
            "The connection to QuickBooks Online has ended: neither the token store nor QBO_REFRESH_TOKEN holds a "
            "refresh token that Intuit takes. Connect the app to the company again and set QBO_REFRESH_TOKEN."
        )

    def _of_the_winner(self) -> Tokens:
        stored = self._store.read()
        if stored is None or not self._is_usable(stored.tokens):
            raise Unavailable(
                "The token store is changing; looking again.", retry_after=LOOK_AGAIN_SECONDS, outage=True
            )
        return stored.tokens
