"""The ways in which an outside system can fail, as data: the injected faults, and what happens to
its connections.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Spell:
    """``faults`` are rules of the simulator, ``settings`` its own settings; ``proxy`` is what
    happens to the connections.
    """

    faults: tuple[Mapping[str, Any], ...] = ()
    proxy: Literal["refuse", "reset", "stall", "lose_answers"] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def fault(kind: str, probability: float, operation: str = "*", **fields: Any) -> Spell:
    """Return a spell with one rule."""
    return Spell(
        faults=({"kind": kind, "probability": probability, "operation": operation, **fields},)
    )


NO_CONNECTION: dict[str, Spell] = {
    "refused connections": Spell(proxy="refuse"),
    "reset connections": Spell(proxy="reset"),
    "stalled connections": Spell(proxy="stall"),
    "lost answers": Spell(proxy="lose_answers"),
}

PROVIDER: Mapping[str, Spell] = NO_CONNECTION | {
    "reset before commit": fault("reset-before", 0.6, "create"),
    "reset after commit": fault("reset-after", 0.6, "create"),
    "hang": fault("hang", 0.3),
    "hang after commit": fault("hang-after", 0.3, "create"),
    "a gateway's 502": fault("status", 0.5, status=502, body="<html>Bad Gateway</html>"),
    "a gateway's 502 after commit": fault(
        "status-after", 0.6, "create", status=502, body="<html>Bad Gateway</html>"
    ),
    "down": fault("status", 1.0, status=503),
    "throttled, with a delay": fault("status", 0.7, status=429, headers={"Retry-After": "1"}),
    "throttled, without a word": fault("status", 0.7, status=429),
}

METRONOME: Mapping[str, Spell] = NO_CONNECTION | {
    "throttled as a client": fault(
        "status",
        0.5,
        status=429,
        headers={"Retry-After": "1", "X-Metronome-Rate-Limit-Type": "client"},
    ),
    "one customer throttled": fault(
        "status",
        0.5,
        "get",
        status=429,
        headers={"Retry-After": "1", "X-Metronome-Rate-Limit-Type": "customer"},
    ),
    "errors of its own": fault("status", 0.4, status=500),
    "down": fault("status", 1.0, status=503),
    "hang": fault("hang", 0.3),
    "reset after commit": fault("reset-after", 0.4),
    "behind its own events": Spell(settings={"not_found_first": 2}),
}

# Without a header Intuit means 60 s, which nobody waits for here.
QUICKBOOKS_ONLINE = {
    name: spell for name, spell in PROVIDER.items() if name != "throttled, without a word"
}

S3 = NO_CONNECTION
# The settings that end any spell of Metronome.
CALM: Mapping[str, Any] = {"not_found_first": 0}


# Applies to all creates during a storm: they are carried out after the client has gone.
#
# A creator in doubt looks for 13 s here.
LATE: Mapping[str, Any] = {
    "kind": "reset-late",
    "operation": "create",
    "probability": 0.35,
    "seconds": 2.0,
}


def spells_of(system: str) -> Mapping[str, Spell]:
    """Return the possible spells of a system: Metronome, S3, or a provider."""
    menus = {"metronome": METRONOME, "s3": S3, "quickbooks_online": QUICKBOOKS_ONLINE}
    return menus.get(system, PROVIDER)
