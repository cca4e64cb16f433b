"""Compare a typed password with the setting, which is a password or an argon2 hash."""

import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASH = "$argon2"


def is_hash(stored: str) -> bool:
    """Return whether a setting is a hash and not the password itself."""
    return stored.startswith(HASH)


def matches(given: str, stored: str | None) -> bool:
    """Return whether a password is the one in the setting.

    A hash is slow on purpose. An empty password never matches.
    """
    if not given or not stored:
        return False
    if not is_hash(stored):
        return hmac.compare_digest(given.encode(), stored.encode())
    try:
        return PasswordHasher().verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False
