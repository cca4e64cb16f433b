"""Parse options from the command line or a URL, by name with underscores.

Pure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from invoice_operations.errors import InvalidRequest
from invoice_operations.selection import Selection
from invoice_operations.times import parse_moment
from invoice_operations.view.cases import State
from invoice_providers.names import destinations
from invoice_shared.failure import CODES, Stage

RATE = re.compile(r"(\d+(?:\.\d+)?)(?:/(s|m|h))?")
SECONDS = {"s": 1, "m": 60, "h": 3600}
# Kafka's offsets have 64 bits.
MAX_OFFSET_DIGITS = 18
NUMBER = re.compile(rf"[0-9]{{1,{MAX_OFFSET_DIGITS}}}")

Options = Mapping[str, Sequence[str]]


def parse_selection(options: Options, now: datetime) -> Selection:
    """Return a selection. An empty text counts as not given. Raises ``InvalidRequest``.

    ``code`` and ``failure_id`` may have several texts, other options one. ``state=all`` does not
    restrict.
    """
    fields: dict[str, Any] = {}
    for name, texts in options.items():
        if name not in FIELDS:
            raise InvalidRequest(f'Unknown option "{name}": use {", ".join(FIELDS)}.')
        if given := [text.strip() for text in texts if text.strip()]:
            field, parse = FIELDS[name]
            fields[field] = parse(name, given, now)
    return Selection(**fields)


def parse_rate(text: str) -> float:
    """Return ``50/s`` or ``600/m`` as calls per second; a bare number is per second.

    Raises ``InvalidRequest``.
    """
    found = RATE.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise InvalidRequest(f'Invalid --rate "{text}": use e.g. 50/s or 600/m.')
    return float(found[1]) / SECONDS[found[2] or "s"]


def _moment(name: str, texts: Sequence[str], now: datetime) -> datetime:
    return parse_moment(_text(name, texts, now), now)


def _number(name: str, texts: Sequence[str], now: datetime) -> int:
    text = _text(name, texts, now)
    if NUMBER.fullmatch(text) is None:
        raise InvalidRequest(f'Invalid {_shown(name)} "{text}": use 0 or a larger integer.')
    return int(text)


def _text(name: str, texts: Sequence[str], _now: datetime) -> str:
    if len(texts) > 1:
        raise InvalidRequest(f"{_shown(name)} is given {len(texts)} times: use it once.")
    return texts[0]


def _codes(name: str, texts: Sequence[str], _now: datetime) -> frozenset[str]:
    return frozenset(_one_of(name, text, CODES) for text in texts)


def _ids(_name: str, texts: Sequence[str], _now: datetime) -> frozenset[str]:
    return frozenset(texts)


def _stage(name: str, texts: Sequence[str], now: datetime) -> str:
    return _one_of(name, _text(name, texts, now), get_args(Stage))


def _destination(name: str, texts: Sequence[str], now: datetime) -> str:
    return _one_of(name, _text(name, texts, now), destinations())


def _state(name: str, texts: Sequence[str], now: datetime) -> str | None:
    state = _one_of(name, _text(name, texts, now), ("all", *get_args(State)))
    return None if state == "all" else state


def _one_of(name: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise InvalidRequest(f'Invalid {_shown(name)} "{text}": use one of {", ".join(known)}.')
    return text


def _shown(name: str) -> str:
    return f"--{name.replace('_', '-')}"


# The field of a selection and the parser, by option.
FIELDS: Mapping[str, tuple[str, Callable[[str, Sequence[str], datetime], object]]] = {
    "since": ("since", _moment),
    "until": ("until", _moment),
    "partition": ("partition", _number),
    "from_offset": ("from_offset", _number),
    "invoice_id": ("invoice_id", _text),
    "invoice_prefix": ("invoice_prefix", _text),
    "customer_id": ("customer_id", _text),
    "code": ("codes", _codes),
    "stage": ("stage", _stage),
    "destination": ("destination", _destination),
    "state": ("state", _state),
    "failure_id": ("failure_ids", _ids),
}
