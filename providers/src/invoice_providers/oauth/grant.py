"""What a provider folder says of its login: who we are there, and what things are called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from invoice_providers.oauth.tokens import Owner, Tokens
from invoice_shared.answer import Answer
from invoice_shared.failure import ProviderResponse


@dataclass(frozen=True, slots=True)
class Words:
    """Names for sentences. ``login`` is the token endpoint; the others are settings."""

    title: str
    login: str
    app_settings: str
    first_token: str
    token_store: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a token endpoint calls things beyond the standard (RFC 6749).

    ``unused_ends_in`` and ``ends_in`` are the fields with the seconds until a refresh token ends if
    nobody uses it, and until the whole grant ends in any case. ``kept`` is what stays of an answer
    in the log.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    unused_ends_in: str = "refresh_token_expires_in"
    ends_in: str = ""
    kept: Callable[[Answer], ProviderResponse] = Answer.for_the_record


@dataclass(frozen=True, slots=True)
class Grant:
    """Our leave to act for one account.

    ``first_token`` starts the chain, ``renew`` is ``TokenEndpoint.renew``.
    """

    owner: Owner
    first_token: Callable[[], str | None]
    renew: Callable[[str], Tokens]
    words: Words
