"""The single checks of an installation; each yields lines."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from confluent_kafka.admin import AdminClient

from invoice_operations.broker_errors import broker_errors
from invoice_operations.errors import InvalidRequest
from invoice_operations.topics import ANSWER_SECONDS, TopicState, inspect, plan
from invoice_providers.login import ENDS_SOON, LoginState
from invoice_shared.archive.archive import ArchiveUnreachable
from invoice_shared.errors import ConnectorError, Unavailable
from invoice_shared.settings import InvalidSettings, KafkaSettings

State = Literal["works", "note", "to fix", "wrong setting", "unreachable"]
UNSET = ": is not set"
SEE_ABOVE = "reads the wrong setting above, too"


@dataclass(frozen=True, slots=True)
class Line:
    """The result of one check.

    A ``note`` is informational: nothing is wrong.

    ``problems`` are wrong settings, from which ``once`` makes the detail.
    """

    part: str
    state: State
    detail: str = ""
    problems: tuple[str, ...] = ()


def once(lines: Iterable[Line]) -> Iterator[Line]:
    """Report each wrong setting at the first part that reads it; the others refer to it.

    Pure.
    """
    told: set[str] = set()
    for line in lines:
        fresh = [problem for problem in line.problems if problem not in told]
        told.update(fresh)
        yield replace(line, detail="; ".join(fresh) or SEE_ABOVE) if line.problems else line


def check_settings(name: str, reading: Callable[[], object]) -> Line:
    """Read a service's settings in this environment.

    A setting that is unset here may be set where the service runs.
    """
    part = f"settings of {name}"
    try:
        reading()
    except InvalidSettings as invalid:
        wrong = [problem for problem in invalid.problems if not problem.endswith(UNSET)]
        if wrong:
            return Line(part, "wrong setting", problems=tuple(wrong))
        absent = ", ".join(problem.removesuffix(UNSET) for problem in invalid.problems)
        return Line(part, "note", f"not set here: {absent}; the service needs it where it runs")
    return Line(part, "works")


def check_broker(connect: Callable[[], AdminClient], settings: KafkaSettings) -> Iterator[Line]:
    """Ask the broker for our topics and their configuration."""
    where = settings.kafka_bootstrap_servers
    try:
        admin = connect()
        brokers = _count_brokers(admin)
        states = inspect(admin, plan(settings, 12, min(3, brokers), min(2, brokers)))
    except ConnectorError as error:
        said = str(error)
        yield Line("broker", state_of(error), said if where in said else f"{where}: {said}")
        return
    yield Line("broker", "works", f"{where}, {brokers} broker(s)")
    yield from map(_topic, states)


@broker_errors()
def _count_brokers(admin: AdminClient) -> int:
    return len(admin.list_topics(timeout=ANSWER_SECONDS).brokers)


def _topic(found: TopicState) -> Line:
    part = f"topic {found.name}"
    if found.state == "missing":
        return Line(part, "to fix", "Create it with: invoices topics")
    return Line(part, _weight(found.differences), "; ".join(found.differences))


def _weight(differences: tuple[str, ...]) -> State:
    """Return ``to fix`` for differences that can lose records; others are notes."""
    dangerous = ("cleanup.policy", "min.insync.replicas")
    if any(difference.startswith(dangerous) for difference in differences):
        return "to fix"
    return "note" if differences else "works"


def check_call(part: str, call: Callable[[], object], works: str) -> Line:
    """Make one harmless call to another system and return how it went."""
    try:
        call()
    except ConnectorError as error:
        return Line(part, state_of(error), str(error))
    return Line(part, "works", works)


def check_login(part: str, state: LoginState, now: datetime) -> Line:
    """Report the days until a login ends; one that ends soon is ``to fix``."""
    ends = [at for at in (state.unused_ends_at, state.ends_at) if at is not None]
    if not ends:
        return Line(part, "note", "The provider has not said when it ends.")
    said = "; ".join(
        f"{words} in {(at - now).days} days"
        for words, at in (
            ("ends if unused", state.unused_ends_at),
            ("ends in any case", state.ends_at),
        )
        if at is not None
    )
    if min(ends) - now >= ENDS_SOON:
        return Line(part, "works", said)
    return Line(part, "to fix", f"{said}. Connect the app again and set the new refresh token.")


def state_of(error: ConnectorError) -> State:
    """Return the state for another system's error."""
    if isinstance(error, Unavailable | ArchiveUnreachable):
        return "unreachable"
    return "wrong setting" if isinstance(error, InvalidRequest) else "to fix"
