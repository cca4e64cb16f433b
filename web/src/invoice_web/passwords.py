"""Comparing what a person typed with a password that is given as it is, or as an argon2 hash."""

import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASH = "$argon2"


def is_hash(stored: str) -> bool:
    """Whether a setting holds a hash instead of the password itself."""
    return stored.startswith(HASH)


def matches(given: str, stored: str | None) -> bool:
    """Whether a password is the one that is set.

    Slow for a hash, on purpose. An empty one never is.
    """
    if not given or not stored:
        return False
    if not is_hash(stored):
        return hmac.compare_digest(given.encode(), stored.encode())
    try:
        return PasswordHasher().verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False
