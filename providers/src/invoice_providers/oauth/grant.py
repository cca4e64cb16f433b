"""What a provider folder defines for its login: our identity there, and names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from invoice_providers.oauth.tokens import Owner, Tokens
from invoice_shared.answer import Answer
from invoice_shared.failure import ProviderResponse


@dataclass(frozen=True, slots=True)
class Words:
    """Names for messages. ``login`` is the token endpoint; the others are settings."""

    title: str
    login: str
    app_settings: str
    first_token: str
    token_store: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """A token endpoint's names beyond the standard (RFC 6749).

    ``unused_ends_in`` is the field with the seconds until an unused refresh token ends, ``ends_in``
    the one until the whole grant ends. ``kept`` returns the part of an answer for records.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    unused_ends_in: str = "refresh_token_expires_in"
    ends_in: str = ""
    kept: Callable[[Answer], ProviderResponse] = Answer.for_the_record


@dataclass(frozen=True, slots=True)
class Grant:
    """Our permission to act for one account.

    ``first_token`` starts the chain, ``renew`` is ``TokenEndpoint.renew``.
    """

    owner: Owner
    first_token: Callable[[], str | None]
    renew: Callable[[str], Tokens]
    words: Words
