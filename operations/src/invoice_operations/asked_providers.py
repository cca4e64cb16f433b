"""Call the billing systems within a rate limit, and retry while one is busy.

Changes nothing there, except to discard drafts on request.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from invoice_operations.first_contact import FirstContact
from invoice_operations.giving_up import GivingUp
from invoice_operations.metronome_reader import patiently
from invoice_operations.provider_lookup import Providers, check, look, read
from invoice_operations.rate_limit import RateLimit
from invoice_providers.base import Found, Presence, Thing
from invoice_providers.connection import Connection
from invoice_providers.drafts import Draft
from invoice_providers.login import LoginState
from invoice_shared.clock import Clock
from invoice_shared.errors import Unavailable
from invoice_shared.outcome import Outcome

Answer = TypeVar("Answer")


class AskedProviders:
    """Thread-safe. Calls raise ``CredentialsRefused`` or, after some tries, ``Unavailable``.

    After several failures in a row, ``read``, ``look`` and ``presence`` no longer ask that system.
    """

    def __init__(self, known: Providers, rate_limit: RateLimit, backoff_max_seconds: float) -> None:
        self._known = known
        self._rate_limit = rate_limit
        self._backoff_max_seconds = backoff_max_seconds
        self._patience = {
            name: GivingUp(each.provider.title) for name, each in known.usable.items()
        }
        self._contacts = {name: FirstContact() for name in known.usable}

    @property
    def names(self) -> list[str]:
        """The systems that we may ask from here."""
        return list(self._known.usable)

    @property
    def left_out(self) -> Mapping[str, str]:
        """Why we may not ask the other systems."""
        return self._known.left_out

    def asks(self, destination: str) -> bool:
        """Whether we may ask a system from here."""
        return destination in self._known.usable

    def account(self, name: str) -> str | None:
        """Return the name of our account there; ``None`` if it is not set up here."""
        return self._known.accounts.get(name)

    def check(self, name: str) -> None:
        """Return if a system accepts our credentials."""
        self._patiently(name, lambda: check(self._known.usable[name]))

    def login(self, name: str) -> LoginState | None:
        """Return what is known of our login there; ``None`` if it does not expire."""
        login = self._known.usable[name].login
        return None if login is None else login.state

    def remarks(self, name: str) -> tuple[str, ...]:
        """Return what the account's owner should know about it."""
        return self._patiently(name, self._known.usable[name].remarks)

    @property
    def drafting(self) -> list[str]:
        """The systems with drafts that we may ask from here."""
        return [name for name, each in self._known.usable.items() if each.makes_drafts]

    def drafts(self, name: str, since: datetime) -> Iterator[Draft]:
        """Yield the connector's drafts created since a time.

        Raises ``Unavailable`` for an endless list.
        """
        connection, skip, seen = self._known.usable[name], 0, set[str]()
        while documents := (
            page := self._patiently(name, partial(connection.drafts, since, skip))
        ).documents:
            if seen.issuperset(documents):  # a later page must show others
                raise Unavailable(
                    f"The list of invoices at {name} shows the same ones again and again."
                )
            yield from page.drafts
            seen |= set(documents)
            skip += len(documents)

    def discard(self, name: str, draft_id: str) -> bool:
        """Delete a draft; return whether it is gone.

        It remains if it was issued meanwhile. Also raises ``Uncertain``.
        """
        return self._patiently(name, lambda: self._known.usable[name].discard(draft_id))

    def read(self, document: Outcome) -> Found | None:
        """Return a ledger document as its system shows it; ``None`` if it does not exist there."""
        return self._asked(document, lambda connection: read(connection, document))

    def look(self, sketch: Outcome) -> tuple[Found, ...]:
        """Return all documents with an invoice's id at the sketch's destination."""
        return self._asked(sketch, lambda connection: look(connection, sketch))

    def presence(self, name: str, thing: Thing, ids: Sequence[str]) -> Mapping[str, Presence]:
        """Return the presence of customers or items at a system.

        ``ids`` are at most ``ids_at_once`` of it. Raises ``Unavailable`` for a system that
        may not be asked from here, too.
        """
        if name not in self._known.usable:
            why = self.left_out.get(name, f"CREATOR_DESTINATIONS does not name {name} here.")
            raise Unavailable(why)
        connection = self._known.usable[name]
        return self._patience[name].call(
            lambda: self._patiently(name, lambda: connection.presence(thing, ids))
        )

    def _asked(self, about: Outcome, ask: Callable[[Connection], Answer]) -> Answer:
        name = about.destination or ""
        connection = self._known.usable[name]
        return self._patience[name].call(lambda: self._patiently(name, lambda: ask(connection)))

    def _patiently(self, name: str, call: Callable[[], Answer]) -> Answer:
        def paced() -> Answer:
            self._rate_limit.wait()
            return call()

        return patiently(paced, self._rate_limit, self._backoff_max_seconds, self._contacts[name])


def nobody(clock: Clock) -> AskedProviders:
    """Return an empty set of billing systems, so that the ledger counts."""
    return AskedProviders(Providers(), RateLimit(None, clock), 0)
