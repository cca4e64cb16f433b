"""The runbook's section on a failure code, for the page of a failure.

Pure, except that it reads the runbook once.
"""

import re
from functools import cached_property
from importlib.resources import files

from markupsafe import Markup, escape

HEADING = re.compile(r"^### `([a-z-]+)`\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


class Runbook:
    """``docs/runbook.md``, to which this package contains a symbolic link."""

    def section(self, code: str) -> Markup:
        """Return the section on a code as HTML, empty if there is none."""
        return html(self._sections.get(code, ""))

    @cached_property
    def _sections(self) -> dict[str, str]:
        text = files("invoice_web").joinpath("runbook.txt").read_text(encoding="utf-8")
        return dict(HEADING.findall(text + "\n## "))


def html(text: str) -> Markup:
    """Return the Markdown of a section as HTML: lists, code and bold; links become text."""
    items = [item for item in re.split(r"^- ", text.strip(), flags=re.MULTILINE) if item.strip()]
    if not text.lstrip().startswith("- "):
        return Markup("<p>{}</p>").format(_inline(text)) if text.strip() else Markup()
    return Markup("<ul>{}</ul>").format(
        Markup().join(Markup("<li>{}</li>").format(_inline(item)) for item in items)
    )


def _inline(text: str) -> Markup:
    escaped = str(escape(LINK.sub(r"\1", " ".join(text.split()))))
    return Markup(BOLD.sub(r"<strong>\1</strong>", CODE.sub(r"<code>\1</code>", escaped)))  # noqa: S704 - escaped above
