"""Normalize texts and ids to what a person sees. Pure.

People paste ids into custom fields. A pasted zero-width space or byte order mark makes an id that
looks right and that no provider knows.
"""

import unicodedata
from urllib.parse import urlsplit

# Controls, formats and lone surrogates are invisible. UTF-8 cannot encode the last.
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
# These shape letters of Indian and Arabic scripts and join emoji.
JOINERS = frozenset("\u200c\u200d")


def visible(text: str) -> str:
    """Return a text without invisible characters, and with plain blanks as white space."""
    if text.isascii() and text.isprintable():  # most texts
        return text.strip()
    kept = (" " if each.isspace() else each for each in text if each.isspace() or _is_seen(each))
    return "".join(kept).strip()


def visible_id(text: str) -> str:
    """Return an id without invisible characters, including joiners."""
    seen = visible(text)
    return seen if seen.isascii() else "".join(each for each in seen if each not in JOINERS)


def is_utf8(text: str) -> bool:
    """Whether a text can be encoded as UTF-8."""
    if text.isascii():  # most texts
        return True
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, from a JSON escape
        return False
    return True


def check_ids(*ids: str) -> None:
    """Raise ``ValueError`` for half a surrogate pair: a name may contain one, a key may not."""
    for each in ids:
        if not is_utf8(each):
            raise ValueError("an id contains half a surrogate pair")


def fits_a_header(text: str) -> bool:
    """Whether HTTP can send a text as a header's value, and it is not empty."""
    return bool(text) and text.isascii() and text.isprintable()


def origin(url: str) -> str:
    """Return a URL's scheme and host, for messages, without path and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _is_seen(character: str) -> bool:
    return character in JOINERS or unicodedata.category(character) not in UNSEEN
