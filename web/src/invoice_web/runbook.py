"""The runbook's words on a failure code, for the page of a failure.

Pure but for reading the page once.
"""

import re
from functools import cached_property
from importlib.resources import files

from markupsafe import Markup, escape

HEADING = re.compile(r"^### `([a-z-]+)`\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
CODE, BOLD, LINK = (
    re.compile(r"`([^`]+)`"),
    re.compile(r"\*\*([^*]+)\*\*"),
    re.compile(r"\[([^\]]+)\]\([^)]+\)"),
)


class Runbook:
    """``docs/runbook.md``, to which this package links."""

    def section(self, code: str) -> Markup:
        """Return what it says of a code, as HTML; empty if it knows none such."""
        return html(self._sections.get(code, ""))

    @cached_property
    def _sections(self) -> dict[str, str]:
        text = files("invoice_web").joinpath("runbook.txt").read_text(encoding="utf-8")
        return dict(HEADING.findall(text + "\n## "))


def html(text: str) -> Markup:
    """Return the little Markdown that the runbook's sections use, as HTML: lists, code, bold; links
    as their words.
    """
    items = [item for item in re.split(r"^- ", text.strip(), flags=re.MULTILINE) if item.strip()]
    if not text.lstrip().startswith("- "):
        return Markup("<p>{}</p>").format(_inline(text)) if text.strip() else Markup()
    return Markup("<ul>{}</ul>").format(
        Markup().join(Markup("<li>{}</li>").format(_inline(item)) for item in items)
    )


def _inline(text: str) -> Markup:
    escaped = str(escape(LINK.sub(r"\1", " ".join(text.split()))))
    return Markup(BOLD.sub(r"<strong>\1</strong>", CODE.sub(r"<code>\1</code>", escaped)))  # noqa: S704 - escaped above
