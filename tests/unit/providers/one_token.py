"""An access token that is always taken."""


class OneToken:
    """See ``TokenSource``."""

    def current(self) -> str:
        """Return it."""
        return "token"

    def refused(self, token: str) -> None:
        """Keep it."""
