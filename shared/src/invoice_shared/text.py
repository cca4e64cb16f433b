"""Texts and ids as a person sees them. Pure.

Custom fields are filled by pasting: a zero-width space or a byte order mark that came along makes
an id that no provider knows, and that looks right to everybody.
"""

import unicodedata
from urllib.parse import urlsplit

# Controls, formats, lone surrogates. None of them can be seen, and no UTF-8 holds the last.
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
# They shape the letters of Indian and Arabic scripts, and join emoji.
JOINERS = frozenset("\u200c\u200d")


def visible(text: str) -> str:
    """Return a text without what cannot be seen; white space of any kind becomes a plain blank."""
    if text.isascii() and text.isprintable():  # most texts
        return text.strip()
    kept = (" " if each.isspace() else each for each in text if each.isspace() or _is_seen(each))
    return "".join(kept).strip()


def visible_id(text: str) -> str:
    """Return an id without what cannot be seen, joiners included."""
    seen = visible(text)
    return seen if seen.isascii() else "".join(each for each in seen if each not in JOINERS)


def origin(url: str) -> str:
    """Return where a call goes, for a sentence: neither its path nor a password that is part of the
    address.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _is_seen(character: str) -> bool:
    return character in JOINERS or unicodedata.category(character) not in UNSEEN
