"""Split a ``.tfvars`` file into tokens. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from invoice_operations.errors import InvalidRequest

TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
    |(?P<heredoc><<-?(?P<label>\w+)[^\n]*\n(?:[^\n]*\n)*?[ \t]*(?P=label)(?=[ \t]*(?:\n|$)))
    |(?P<string>"(?:[^"\\\n]|\\[^\n])*")
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_][\w-]*)
    |(?P<mark>[=:,\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
# Beginnings of tokens whose end is missing.
OPEN = {
    '"': "a quoted text does not end on its line",
    "<<": "a heredoc has no end",
    "/*": "a comment has no end",
}
END = "end"


class Token(NamedTuple):
    """A token of the file. ``text`` may be a secret, so no message quotes it."""

    kind: str
    text: str
    line: int


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens, the last one of the kind ``END``. Raises ``InvalidRequest``."""
    text = text.replace("\r\n", "\n")
    position, line = 0, 1
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise InvalidRequest(f"Line {line}: {_why_none(text[position : position + 2])}.")
        kind = str(found.lastgroup) if found["heredoc"] is None else "heredoc"
        if kind != "skip":
            yield Token(kind, found[0], line)
        position, line = found.end(), line + found[0].count("\n")
    yield Token(END, "", line)


def _why_none(beginning: str) -> str:
    known = (why for opening, why in OPEN.items() if beginning.startswith(opening))
    return next(known, "this is not valid in a .tfvars file")
