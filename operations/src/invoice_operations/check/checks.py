"""``invoices check``: one line for each part of the installation, as seen from here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from invoice_operations.topics import inspect, plan
from invoice_shared.archive.archive import ArchiveUnavailable, ArchiveUnreachable
from invoice_shared.errors import CallFailed, CredentialsRefused, StartupError, Unavailable
from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import InvalidSettings, KafkaSettings, Settings, read

State = Literal["works", "note", "to mend", "wrong setting", "unreachable"]
UNSET = ": is not set"


@dataclass(frozen=True, slots=True)
class Line:
    """What works, what does not, and what to do. A ``note`` is for information: nothing is wrong by it."""

    part: str
    state: State
    detail: str = ""


def check_settings(name: str, settings_class: type[Settings]) -> Line:
    """Read a service's settings in this environment. What is merely absent here may be set where the service runs."""
    part = f"settings of {name}"
    try:
        read(settings_class)
    except InvalidSettings as invalid:
        wrong = [problem for problem in invalid.problems if not problem.endswith(UNSET)]
        if wrong:
            return Line(part, "wrong setting", "; ".join(wrong))
        absent = ", ".join(problem.removesuffix(UNSET) for problem in invalid.problems)
        return Line(part, "note", f"not set here: {absent}; the service needs it where it runs")
    return Line(part, "works")


def check_kafka(settings: KafkaSettings) -> Iterator[Line]:
    """Ask the broker for our topics, and how they are set up."""
    admin = AdminClient(common_config(settings))
    where = settings.kafka_bootstrap_servers
    try:
        brokers = len(admin.list_topics(timeout=15).brokers)
    except KafkaException as error:
        yield Line(
            "broker", "unreachable", f"{where}: {error.args[0].str()}. Check KAFKA_BOOTSTRAP_SERVERS and TLS/SASL."
        )
        return
    yield Line("broker", "works", f"{where}, {brokers} broker(s)")
    copies, copies_in_sync = min(3, brokers), min(2, brokers)
    for state in inspect(admin, plan(settings, 12, copies, copies_in_sync)):
        if state.state == "missing":
            yield Line(f"topic {state.name}", "to mend", "Create it with: invoices topics")
        else:
            yield Line(f"topic {state.name}", _weight(state.differences), "; ".join(state.differences))


def _weight(differences: tuple[str, ...]) -> State:
    """Judge differences: what can lose a record or an outcome is to mend, the rest is the operator's choice."""
    dangerous = ("cleanup.policy", "min.insync.replicas")
    if any(difference.startswith(dangerous) for difference in differences):
        return "to mend"
    return "note" if differences else "works"


def check_call(part: str, call: Callable[[], object], works: str) -> Line:
    """Make one harmless call to another system and say how it went."""
    try:
        call()
    except CredentialsRefused as error:
        return Line(part, "to mend", error.reason)
    except Unavailable as error:
        return Line(part, "unreachable", error.reason)
    except CallFailed as error:
        return Line(part, "to mend", error.reason)
    except ArchiveUnreachable as error:
        return Line(part, "unreachable", str(error))
    except (ArchiveUnavailable, StartupError) as error:
        return Line(part, "to mend", str(error))
    return Line(part, "works", works)
