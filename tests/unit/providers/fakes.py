"""An access token that is always valid."""


class OneToken:
    """See ``TokenSource``."""

    def current(self) -> str:
        """Return the token."""
        return "token"

    def refused(self, token: str) -> None:
        """Keep the token."""
