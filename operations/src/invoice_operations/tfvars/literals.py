"""Evaluate single tokens of a ``.tfvars`` file. Pure."""

import re
import textwrap
from decimal import Decimal, InvalidOperation

from invoice_operations.errors import InvalidRequest
from invoice_operations.tfvars.tokens import Token

ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
# A template that is not escaped by doubling its first character.
TEMPLATE = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
SURROGATES = range(0xD800, 0xE000)
LAST_CHARACTER = 0x10FFFF


def quoted(token: Token) -> str:
    """Return the text of a quoted string. Raises ``InvalidRequest``."""

    def unescaped(found: re.Match[str]) -> str:
        escape = found[1]
        if escape in ESCAPED:
            return ESCAPED[escape]
        number = int(escape[1:], 16) if len(escape) > 1 else -1
        if number < 0 or number in SURROGATES or number > LAST_CHARACTER:
            raise InvalidRequest(
                f"Line {token.line}: a backslash must begin an escape that Terraform knows."
            )
        return chr(number)

    return ESCAPE.sub(unescaped, _without_templates(token.text[1:-1], token.line))


def heredoc(token: Token) -> str:
    """Return the lines of a heredoc, without the indents that ``<<-`` removes.

    Raises ``InvalidRequest``.
    """
    opening, _break, rest = token.text.partition("\n")
    lines, _break, _closing = rest.rpartition("\n")
    text = _without_templates(lines, token.line)
    return textwrap.dedent(text) if opening.startswith("<<-") else text


def number(token: Token) -> Decimal:
    """Return an exact number. Raises ``InvalidRequest``."""
    try:
        return Decimal(token.text)
    except InvalidOperation as error:
        raise InvalidRequest(f"Line {token.line}: a number's exponent is out of range.") from error


def _without_templates(text: str, line: int) -> str:
    if TEMPLATE.search(text):
        raise InvalidRequest(f"Line {line}: templates are not evaluated: write the value instead.")
    return text.replace("$${", "${").replace("%%{", "%{")
