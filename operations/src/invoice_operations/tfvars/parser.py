"""Parse a ``.tfvars`` file: names and literal values in Terraform's syntax.

Pure. Evaluates no expressions.

No message quotes a value, because it may be a secret.
"""

from collections.abc import Iterator
from typing import Any

from invoice_operations.errors import InvalidRequest
from invoice_operations.tfvars.literals import heredoc, number, quoted
from invoice_operations.tfvars.tokens import END, Token, tokens_of

LITERALS = {"true": True, "false": False, "null": None}
# More than settings need, and less than Python's recursion limit.
MAX_DEPTH = 50


def parse_tfvars(text: str) -> dict[str, Any]:
    """Return each variable's value: text, ``Decimal``, bool, null, list or object.

    Raises ``InvalidRequest``.
    """
    tokens = _Tokens(tokens_of(text))
    values: dict[str, Any] = {}
    while tokens.ahead.kind != END:
        name = tokens.next("word")
        tokens.next("mark", "=")
        if name.text in values:
            raise InvalidRequest(f"Line {name.line}: the variable {name.text} is set twice.")
        values[name.text] = _value(tokens, 0)
    return values


class _Tokens:
    """The remaining tokens of a file."""

    def __init__(self, tokens: Iterator[Token]) -> None:
        self._rest = tokens
        self._ahead: Token | None = None

    @property
    def ahead(self) -> Token:
        """The next token, read lazily, so that the first error in the file is reported."""
        if self._ahead is None:
            self._ahead = next(self._rest)
        return self._ahead

    def next(self, kind: str, *texts: str, or_kind: str | None = None) -> Token:
        """Take a token of a kind, with one of some texts. Raises ``InvalidRequest``."""
        token = self.take()
        if token.kind not in (kind, or_kind) or (texts and token.text not in texts):
            raise InvalidRequest(
                f"Line {token.line}: {' or '.join(texts) or 'a name'} is expected."
            )
        return token

    def take(self) -> Token:
        """Take the next token. Raises ``InvalidRequest`` at the end."""
        token = self.ahead
        if token.kind == END:
            raise InvalidRequest(f"Line {token.line}: the file ends in the middle of a variable.")
        self._ahead = None
        return token


def _value(tokens: _Tokens, depth: int) -> Any:
    token = tokens.take()
    if depth > MAX_DEPTH:
        raise InvalidRequest(
            f"Line {token.line}: lists and objects are nested more than {MAX_DEPTH} deep."
        )
    if token.kind == "string":
        return quoted(token)
    if token.kind == "heredoc":
        return heredoc(token)
    if token.kind == "number":
        return number(token)
    if token.kind == "word" and token.text in LITERALS:
        return LITERALS[token.text]
    if token.kind == "mark" and token.text in "[{":
        return _list(tokens, depth + 1) if token.text == "[" else _object(tokens, depth + 1)
    raise InvalidRequest(
        f"Line {token.line}: a literal value is expected; expressions are not evaluated."
    )


def _list(tokens: _Tokens, depth: int) -> list[Any]:
    items = []
    while not _ends(tokens, "]"):
        items.append(_value(tokens, depth))
    return items


def _object(tokens: _Tokens, depth: int) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    while not _ends(tokens, "}"):
        name = tokens.next("word", or_kind="string")
        tokens.next("mark", "=", ":")
        fields[quoted(name) if name.kind == "string" else name.text] = _value(tokens, depth)
    return fields


def _ends(tokens: _Tokens, closing: str) -> bool:
    """Whether a list or object ends here; skips the comma before the next item."""
    if tokens.ahead == Token("mark", ",", tokens.ahead.line):
        tokens.take()
    if tokens.ahead == Token("mark", closing, tokens.ahead.line):
        tokens.take()
        return True
    return False
