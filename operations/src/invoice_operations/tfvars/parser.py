"""Reading a ``.tfvars`` file: names and literal values, as Terraform writes them. Pure; evaluates nothing."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from invoice_operations.errors import InvalidRequest
from invoice_shared.serde import loads

TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
    |(?P<heredoc><<-?(?P<mark>\w+)[^\n]*\n(?P<text>.*?)\n[ \t]*(?P=mark)(?=\s|$))
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_][\w-]*)
    |(?P<mark_of>[=:,\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
LITERALS = {"true": True, "false": False, "null": None}


class Token(NamedTuple):
    """A piece of the file. ``text`` may be a secret: no message quotes it."""

    kind: str
    text: str
    line: int


def parse_tfvars(text: str) -> dict[str, Any]:
    """Give each variable's value: text, ``Decimal``, bool, null, list or object. Raises ``InvalidRequest``."""
    tokens = list(_tokens(text))[::-1]
    values: dict[str, Any] = {}
    while tokens:
        name = _next(tokens, "word").text
        _next(tokens, "mark_of", "=")
        values[name] = _value(tokens)
    return values


def _tokens(text: str) -> Iterator[Token]:
    position, line = 0, 1
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise InvalidRequest(f"Line {line} is nothing that a .tfvars file may hold.")
        if found["heredoc"] is not None:
            yield Token("heredoc", found["text"], line)
        elif found["skip"] is None:
            yield Token(str(found.lastgroup), found[0], line)
        position, line = found.end(), line + found[0].count("\n")


def _value(tokens: list[Token]) -> Any:
    kind, text, line = _pop(tokens)
    if kind == "string":
        return str(loads(text.encode())).replace("$${", "${")
    if kind == "heredoc":
        return text
    if kind == "number":
        return Decimal(text)
    if kind == "word" and text in LITERALS:
        return LITERALS[text]
    if text == "[":
        return _list(tokens)
    if text == "{":
        return _object(tokens)
    raise InvalidRequest(f"Line {line}: a literal value is expected; expressions are not evaluated.")


def _list(tokens: list[Token]) -> list[Any]:
    items = []
    while not _ends(tokens, "]"):
        items.append(_value(tokens))
    return items


def _object(tokens: list[Token]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    while not _ends(tokens, "}"):
        name = _next(tokens, "word", or_kind="string")
        _next(tokens, "mark_of", "=", ":")
        fields[loads(name.text.encode()) if name.kind == "string" else name.text] = _value(tokens)
    return fields


def _ends(tokens: list[Token], closing: str) -> bool:
    """Tell whether a list or object ends here; leaves out the comma before its next item."""
    if tokens and tokens[-1].text == ",":
        tokens.pop()
    if tokens and tokens[-1].text == closing:
        tokens.pop()
        return True
    return False


def _next(tokens: list[Token], kind: str, *texts: str, or_kind: str | None = None) -> Token:
    token = _pop(tokens)
    if token.kind not in (kind, or_kind) or (texts and token.text not in texts):
        raise InvalidRequest(f"Line {token.line}: {' or '.join(texts) or 'a name'} is expected.")
    return token


def _pop(tokens: list[Token]) -> Token:
    if not tokens:
        raise InvalidRequest("The file ends in the middle of a variable.")
    return tokens.pop()
