"""The schedule of a run, drawn from its seed: the same seed, length and destinations result in the
same steps.

Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.chaos.weather import spells_of

Verb = Literal["kill", "terminate", "start", "begin", "end", "people"]

WEBHOOK = "invoice-webhook"
FORMATTER = "invoice-formatter"
CREATOR = "invoice-creator"
SINK = "invoice-error-sink"
# The suffix of a second process of a service, which shares its group.
SECOND = "/2"
BROKER = "broker"
DELETE = "delete a document"
EDIT = "edit a document"
CHANGE = "change a body"
# Of each kind: 22 in a run of 40 s, more than the 20 that each run must see.
DEEDS_PER_SECOND = 0.55
SPELL_SECONDS = (2.0, 5.0)
CALM_SECONDS = (0.5, 2.5)
# Longer: the error-sink waits 5 s before it tries S3 again.
ARCHIVE_CALM_SECONDS = (2.0, 8.0)
DOWN_SECONDS = (0.0, 3.0)
BROKER_DOWN_SECONDS = (0.5, 5.0)
# Average seconds between two events that happen to processes.
EVENT_EVERY = 6.0
# The share of the time before the first process ends: a group that rebalances does little that
# could go wrong.
UNDISTURBED = 0.3

# Each happens once before any happens again.
HAPPENINGS = (
    *(
        f"kill {name}"
        for name in (WEBHOOK, FORMATTER, CREATOR, SINK, FORMATTER + SECOND, CREATOR + SECOND)
    ),
    "kill broker",
    "roll",
    f"kill {CREATOR}",
    f"kill {FORMATTER}",
)


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """What to do ``at`` this many seconds after the start.

    ``seed`` is for the random choices of the faults that begin.
    """

    at: float
    verb: Verb
    whom: str
    spell: str = ""
    seed: int = 0

    def __str__(self) -> str:
        return f"{self.at:7.2f} s  {self.verb} {self.whom} {self.spell}".rstrip()


def draw_plan(seed: int, seconds: float, destinations: Sequence[str]) -> list[Step]:
    """Draw all steps in order; each process that is ended is started again, and each spell ends."""
    random = Random(seed)
    tracks = [_weather(random, system, seconds) for system in (*destinations, "metronome", "s3")]
    steps = [step for track in tracks for step in track]
    return sorted([*steps, *_processes(random, seconds), *_deeds(random, seconds, destinations)])


def _weather(random: Random, system: str, seconds: float) -> Iterator[Step]:
    calm = ARCHIVE_CALM_SECONDS if system == "s3" else CALM_SECONDS
    now = random.uniform(*calm)
    for spell in _again_and_again(random, tuple(spells_of(system))):
        until = now + random.uniform(*SPELL_SECONDS)
        if until > seconds:
            return
        yield Step(now, "begin", system, spell, random.randrange(1_000_000))
        yield Step(until, "end", system, spell)
        now = until + random.uniform(*calm)


def _processes(random: Random, seconds: float) -> Iterator[Step]:
    """Draw the ends and starts of processes.

    Second processes join early, so that later ends move partitions back and forth.
    """
    for name in (FORMATTER + SECOND, CREATOR + SECOND):
        yield Step(random.uniform(0, seconds * UNDISTURBED), "start", name)
    now = seconds * UNDISTURBED
    for happening in _again_and_again(random, HAPPENINGS):
        if now > seconds - 1:
            return
        yield from _happening(random, happening, now)
        now += random.uniform(0.5, 2 * EVENT_EVERY - 0.5)


def _happening(random: Random, happening: str, now: float) -> Iterator[Step]:
    if happening == "roll":
        for index, name in enumerate((WEBHOOK, FORMATTER, CREATOR, SINK)):
            yield Step(now + index / 10, "terminate", name)
            yield Step(now + index / 10 + 0.05, "start", name)
        return
    name = happening.removeprefix("kill ")
    verb: Verb = "terminate" if name.endswith(SECOND) and random.random() < 0.5 else "kill"
    down = random.uniform(*(BROKER_DOWN_SECONDS if name == BROKER else DOWN_SECONDS))
    yield Step(now, verb, name)
    yield Step(now + down, "start", name)


def _deeds(random: Random, seconds: float, destinations: Sequence[str]) -> Iterator[Step]:
    """Draw what people do once there are documents. An issued invoice of Razorpay keeps its
    total.
    """
    kinds = [DELETE, CHANGE] if set(destinations) == {"razorpay"} else [DELETE, CHANGE, EDIT]
    for deed in kinds:
        for _ in range(int(seconds * DEEDS_PER_SECOND)):
            yield Step(
                random.uniform(seconds * UNDISTURBED, seconds),
                "people",
                deed,
                seed=random.randrange(1_000_000),
            )


def _again_and_again(random: Random, names: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield from random.sample(names, len(names))
