"""Make other systems' texts harmless in terminals, JSON and spreadsheets. Pure.

Terminals obey control characters, direction marks can hide what a text says, and spreadsheets
evaluate cells that begin like a formula.
"""

import re

# C0 without tab and line break, DEL, and C1, whose U+009B is an escape sequence by itself.
CONTROLS = (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))
# These change the direction of the text that follows.
DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
# Some programs treat these as the end of a line.
SEPARATORS = (0x2028, 0x2029)
HARMFUL = (*CONTROLS, *DIRECTIONS, *SEPARATORS)
# What a reader sees instead.
REPLACED = dict.fromkeys(HARMFUL, "\ufffd")
ESCAPED = {number: f"\\u{number:04x}" for number in HARMFUL}
LINE = REPLACED | {0x09: " ", 0x0A: " ", 0x0D: " "}
# OWASP's list, with the wide forms that Asian keyboards type.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def harmless(text: str) -> str:
    """Return a text that cannot control a terminal. Tabs and line breaks stay."""
    if text.isprintable():  # most texts; takes a tenth of the time
        return text
    return text.translate(REPLACED)


def harmless_line(text: str) -> str:
    """Return the same as one line, for an item of a list or a cell of a table."""
    return text.translate(LINE)


def harmless_json(document: str) -> str:
    """Return the same JSON document with harmful characters escaped."""
    if document.isascii() and "\x7f" not in document:  # JSON itself escapes all the others
        return document
    return document.translate(ESCAPED)


def harmless_cell(text: str) -> str:
    """Return a CSV cell that spreadsheets do not evaluate. Negative numbers stay unchanged."""
    guarded = f"'{text}" if text.startswith(FORMULA) and NUMBER.fullmatch(text) is None else text
    return harmless(guarded)
