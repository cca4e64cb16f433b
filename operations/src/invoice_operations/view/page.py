"""Which rows of a list to return. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """``limit`` rows after the first ``skip``."""

    limit: int
    skip: int = 0

    @property
    def sql(self) -> str:
        """The end of a statement for these rows."""
        return f"LIMIT {self.limit:d} OFFSET {self.skip:d}"
