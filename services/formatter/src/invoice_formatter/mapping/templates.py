"""The templates of EXTRA_FIELDS: text with ``{dotted.paths}`` over the raw Metronome invoice. Pure.

``{path}`` must have a value, ``{path?}`` may be empty; ``{{`` and ``}}`` are literal braces. Only
scalars are values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Any

from invoice_formatter.mapping.fields import scalar_text

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{path}``."""

    path: tuple[str, ...]
    optional: bool

    @property
    def name(self) -> str:
        """The path as it is in the template."""
        return ".".join(self.path)

    def value(self, scope: Tree) -> str | None:
        """Return the value at the path, or ``None`` if it is missing, blank or not a scalar."""
        found: Any = scope
        for key in self.path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return scalar_text(found)


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: literal texts and placeholders."""

    parts: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders in their order."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    def missing(self, scope: Tree) -> list[str]:
        """Return the required paths without a value."""
        return [
            part.name
            for part in self.placeholders
            if not part.optional and part.value(scope) is None
        ]

    def fill(self, scope: Tree) -> str:
        """Return the trimmed text; missing values are empty."""
        return "".join(
            part if isinstance(part, str) else part.value(scope) or "" for part in self.parts
        ).strip()


@lru_cache(maxsize=1024)
def parse_template(text: str) -> Template:
    """Return the parsed template. Raises ``ValueError`` with the problem."""
    parts: list[str | Placeholder] = []
    for literal, field, spec, conversion in Formatter().parse(text):
        parts += [literal] if literal else []
        if field is not None:
            parts.append(_placeholder(field, plain=not spec and not conversion))
    return Template(tuple(parts))


def _placeholder(field: str, *, plain: bool) -> Placeholder:
    path = tuple(field.removesuffix("?").split("."))
    if not plain or any(not key or key != key.strip() or set(key) & set("{}[]?") for key in path):
        raise ValueError(f'"{{{field}}}" is not a dotted path')
    return Placeholder(path, optional=field.endswith("?"))
