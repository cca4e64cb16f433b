"""Errors that say why there is no access token, for the person on call. Pure."""

from invoice_providers.oauth.grant import Words
from invoice_providers.oauth.tokens import Owner, Stored
from invoice_shared.errors import CredentialsRefused, Unavailable

# How long another replica may take to store its new tokens.
LOOK_AGAIN_SECONDS = 2.0


def looking_again(words: Words) -> Unavailable:
    """Return the error for a store that another process is updating."""
    return Unavailable(
        f"Another process is renewing the access to {words.title}; looking again.",
        retry_after=LOOK_AGAIN_SECONDS,
        outage=True,
    )


def doubted(words: Words) -> Unavailable:
    """Return the error for a refresh token that was refused once."""
    return Unavailable(
        f"{words.login} refuses the refresh token; another replica may just have renewed it.",
        retry_after=LOOK_AGAIN_SECONDS,
        outage=True,
    )


def unconditional(words: Words) -> CredentialsRefused:
    """Return the error for a store that accepts a write despite its condition."""
    return CredentialsRefused(
        "The token store ignores the condition of a write, so two processes could spend the same"
        f" refresh token. Set {words.token_store} to a store that supports conditional writes."
    )


def ended(words: Words) -> CredentialsRefused:
    """Return the error for a chain that has ended or never began."""
    return CredentialsRefused(
        f"The connection to {words.title} has ended: neither the token store nor"
        f" {words.first_token} contains a refresh token that {words.login} accepts. Connect the app"
        f" to the company again and set {words.first_token}."
    )


def not_begun(words: Words, owner: Owner, stored: Stored) -> CredentialsRefused:
    """Return the error for a store with another account's tokens, while we have none."""
    return CredentialsRefused(
        f"The token store contains the tokens of {stored.tokens.owner}, and {words.first_token}"
        f" contains no refresh token that {words.login} accepts for {owner}. Correct the settings,"
        " or connect"
        f" the app to that account and set {words.first_token}."
    )
