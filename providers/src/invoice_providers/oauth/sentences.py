"""Why there is no access token, in sentences for the person on call. Pure."""

from invoice_providers.oauth.grant import Words
from invoice_providers.oauth.tokens import Owner, Stored
from invoice_shared.errors import CredentialsRefused, Unavailable

# How long another replica may take to write down what it has just been given.
LOOK_AGAIN_SECONDS = 2.0


def looking_again(words: Words) -> Unavailable:
    """Return the error for a store in which another process is at work."""
    return Unavailable(
        f"Another process is renewing the access to {words.title}; looking again.",
        retry_after=LOOK_AGAIN_SECONDS,
        outage=True,
    )


def doubted(words: Words) -> Unavailable:
    """Return the error for a refresh token that was refused once."""
    return Unavailable(
        f"{words.login} does not take the refresh token; another replica may just have renewed it.",
        retry_after=LOOK_AGAIN_SECONDS,
        outage=True,
    )


def unconditional(words: Words) -> CredentialsRefused:
    """Return the error for a store that takes a write whose condition does not hold."""
    return CredentialsRefused(
        "The token store ignores the condition of a write, so two processes could spend the same"
        f" refresh token. Set {words.token_store} to a store that has conditional writes."
    )


def ended(words: Words) -> CredentialsRefused:
    """Return the error for a chain that is dead, or never began."""
    return CredentialsRefused(
        f"The connection to {words.title} has ended: neither the token store nor"
        f" {words.first_token} holds a refresh token that {words.login} takes. Connect the app to"
        f" the company again and set {words.first_token}."
    )


def not_begun(words: Words, owner: Owner, stored: Stored) -> CredentialsRefused:
    """Return the error for a store that holds another's tokens while ours are not to be had."""
    return CredentialsRefused(
        f"The token store holds the tokens of {stored.tokens.owner}, and {words.first_token} holds"
        f" no refresh token that {words.login} takes for {owner}. Correct the settings, or connect"
        f" the app to that account and set {words.first_token}."
    )
