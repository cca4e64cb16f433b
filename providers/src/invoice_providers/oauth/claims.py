"""Claim the token store before a refresh token is spent.

A claim proves that the store can be written, and makes other processes wait.
"""

from datetime import timedelta
from uuid import uuid4

from invoice_providers.oauth.grant import Words
from invoice_providers.oauth.sentences import looking_again, unconditional
from invoice_providers.oauth.tokens import StoreChanged, Stored, Tokens, TokenStore
from invoice_shared.clock import Clock

# A renewal is one call and one write. A process that takes longer counts as dead.
CLAIM = timedelta(seconds=60)


class Claims:
    """The claims of one process."""

    def __init__(self, store: TokenStore, words: Words, clock: Clock) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._me = uuid4().hex

    def stake(self, stored: Stored | None, begun: Tokens) -> Stored:
        """Write the stored tokens (or ``begun``) with our claim, twice; the second must be refused.

        The second write proves that the store checks conditions. Raises ``CredentialsRefused`` if
        the store refuses us or ignores the condition, ``Unavailable`` while another process has a
        claim, and ``StoreChanged`` if another process was faster.
        """
        if stored is not None and self._is_held(stored):
            raise looking_again(self._words)
        claim = (stored.tokens if stored else begun).claimed(self._me, self._clock.now() + CLAIM)
        written = self._store.write(claim, stored)
        try:
            self._store.write(claim, stored)
        except StoreChanged:
            return written
        raise unconditional(self._words)

    def _is_held(self, stored: Stored) -> bool:
        """Whether another process is renewing.

        With a lock, a live process would hold it, so a claim is a dead one's.
        """
        claim, now = stored.tokens.claim, self._clock.now()
        if claim is None or claim.by == self._me or self._store.has_lock:
            return False
        return now < claim.until <= now + CLAIM
