"""Which rows of a list are asked for. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """So many rows, behind the first ones."""

    limit: int
    skip: int = 0

    @property
    def sql(self) -> str:
        """The end of a statement that asks for these rows."""
        return f"LIMIT {self.limit:d} OFFSET {self.skip:d}"
