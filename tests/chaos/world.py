"""The connector with two of each consumer, every outside system behind a proxy, and a broker that
may be killed.
"""

import json
import sys
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException

from invoice_simulators.client import ControlClient
from invoice_simulators.scenario import Scenario
from tests.chaos.people import People
from tests.chaos.plan import BROKER, SECOND, Step
from tests.chaos.weather import CALM, LATE, spells_of
from tests.e2e.connector import Connector
from tests.support.broker import Broker
from tests.support.processes import Process
from tests.support.proxy import Proxy
from tests.support.services import SERVICES

# Settings of all services, in addition to those of every end-to-end test.
QUICK = {
    "HTTP_TIMEOUT_SECONDS": "3",
    "FORMATTER_CONCURRENCY": "4",  # slow enough to be in progress at every kill
}

TOKEN_PATH = "/oauth2/v1/tokens/bearer"
# The process itself ends within 20 s; shared cores are slow to notice it.
GRACE_SECONDS = 25

# The setting that points to each system. QuickBooks' token endpoint stays undisturbed: a lost
# answer ends the simulated chain of tokens at once, whereas Intuit lets the previous token live for
# another day.
URLS: Mapping[str, str] = {
    "metronome": "METRONOME_BASE_URL",
    "netsuite": "NS_BASE_URL",
    "quickbooks_online": "QBO_BASE_URL",
    "razorpay": "RAZORPAY_BASE_URL",
}


def provider_settings(announced: Mapping[str, Any], directory: Path) -> dict[str, str]:
    """Return what a creator needs for the providers beside NetSuite."""
    quickbooks = announced["quickbooks_online"]
    razorpay = announced["razorpay"]
    return {
        "QBO_BASE_URL": quickbooks["url"],
        "QBO_TOKEN_URL": f"{quickbooks['url']}{TOKEN_PATH}",
        "QBO_REALM_ID": quickbooks["realm_id"],
        "QBO_CLIENT_ID": quickbooks["client_id"],
        "QBO_CLIENT_SECRET": quickbooks["client_secret"],
        "QBO_REFRESH_TOKEN": quickbooks["refresh_token"],
        "QBO_TOKEN_STORE": str(directory / "quickbooks-tokens.json"),
        "RAZORPAY_BASE_URL": razorpay["url"],
        "RAZORPAY_APIKEY_ID": razorpay["key_id"],
        "RAZORPAY_APIKEY_SECRET": razorpay["key_secret"],
    }


@dataclass
class World(Connector):
    """``proxies`` are by system, including S3; ``down`` are the processes that were ended on
    purpose.
    """

    destinations: tuple[str, ...] = ("netsuite",)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    died: list[str] = field(default_factory=list)
    people: People | None = None
    is_stormy: bool = False

    def control(self, system: str) -> ControlClient:
        """Return the control of an outside system."""
        return ControlClient(self.outside.announced[system]["url"])

    def documents(self) -> dict[str, Any]:
        """Return the documents of all providers by invoice, without those that people have touched.

        Fails if an invoice has two, at one provider or at two. A draft has no effect and does not
        count.
        """
        touched = self.people.touched if self.people else set()
        found = [each for each in self.all_documents() if each["external_id"] not in touched]
        twice = [
            name
            for name, count in Counter(each["external_id"] for each in found).items()
            if count > 1
        ]
        assert twice == [], "documents that exist twice"
        return {document["external_id"]: document for document in found}

    def all_documents(self) -> list[dict[str, Any]]:
        """Return every document except drafts."""
        found = [each for name in self.destinations for each in self.control(name).documents()]
        return [each for each in found if each["state"] != "draft"]

    def begin_storm(self, month: Scenario, seed: int) -> People:
        """Let creates be late from now on, and people act."""
        self.is_stormy = True
        for number, name in enumerate(self.destinations):
            self.control(name).inject(**LATE, seed=seed + number)
        controls = {name: self.control(name) for name in self.destinations}
        self.people = People(controls, self.control("metronome"), month, self.deliver)
        return self.people

    def late(self) -> int:
        """Count the creates that were carried out after their client had gone."""
        seen = [
            each for name in self.destinations for each in self.control(name).requests("create")
        ]
        return sum(each["late_status"] in (200, 204) for each in seen)

    def is_nothing_late(self) -> bool:
        """Whether nothing waits any more to be carried out."""
        return not any(self.control(name).held() for name in self.destinations)

    def take(self, step: Step, broker: Broker) -> None:
        """Do one step of the plan."""
        self.note_deaths()
        match step.verb:
            case "begin":
                self._begin(step)
            case "end":
                self.calm(step.whom)
            case "start":
                self.bring_up(step.whom, broker)
            case "people":
                assert self.people is not None
                self.people.act(step)
            case _:
                self._end(step, broker)

    def bring_up(self, name: str, broker: Broker) -> None:
        """Start a process that is down; do nothing if it is running."""
        if name == BROKER:
            if name in self.down:
                broker.restart()
        elif name not in self.services:
            self.services[name] = self.start_service(
                name.removesuffix(SECOND), self.settings(name.removesuffix(SECOND))
            )
        elif not self.services[name].is_running():
            self.services[name].start()
        self.down.discard(name)

    def calm(self, system: str) -> None:
        """End every fault of a system."""
        self.proxies[system].allow()
        if system != "s3":
            self.control(system).clear_faults()
        if self.is_stormy and system in self.destinations:
            self.control(system).inject(**LATE, seed=len(self.control(system).requests("create")))
        if system == "metronome":
            self.control(system).configure(**CALM)

    def recover(self, broker: Broker) -> None:
        """Make everything well: the broker, every outside system, every process."""
        self.is_stormy = False
        self.note_deaths()
        self.bring_up(BROKER, broker)
        for system in self.proxies:
            self.calm(system)
            if system != "s3":
                self.control(system).limit()
        for name in SERVICES:
            self.bring_up(name, broker)
        for name in set(self.services) & self.down:
            self.bring_up(name, broker)
        for service in self.services.values():
            service.wait_until_ready()

    def note_deaths(self) -> None:
        """Remember every process that ended unexpectedly, and start it again as a supervisor
        would.
        """
        for name, service in self.services.items():
            if name not in self.down and not service.is_running():
                self.died.append(f"{name} ended with {service.wait(1)}")
                service.start()

    def is_settled(self) -> bool:
        """Whether every record is settled and committed; false while the broker cannot say."""
        try:
            return self.is_drained()
        except KafkaException:
            return False

    def replay(self, directory: Path) -> int:
        """Replay every first record of ``raw-invoices`` with the operator's command, and return how
        many it replayed.
        """
        name = f"replay-{uuid.uuid4().hex[:6]}"
        command = [
            str(Path(sys.executable).with_name("invoices")),
            "replay",
            "raw",
            "--no-wait",
            "--output",
            "json",
        ]
        replaying = Process(name, command, env=self.topics.settings, directory=directory).start()
        try:
            assert replaying.wait(120) == 0, replaying.output()
        finally:
            replaying.stop(grace=0)
        return int(json.loads(replaying.output()[replaying.output().index("{") :])["replayed"])

    def _begin(self, step: Step) -> None:
        spell = spells_of(step.whom)[step.spell]
        if spell.proxy is not None:
            getattr(self.proxies[step.whom], spell.proxy)()
        for rule in spell.faults:
            self.control(step.whom).inject(**rule, seed=step.seed)
        if spell.settings:
            self.control(step.whom).configure(**spell.settings)

    def _end(self, step: Step, broker: Broker) -> None:
        if step.whom == BROKER:
            broker.kill()
        elif (service := self.services.get(step.whom)) is None or not service.is_running():
            return
        elif step.verb == "kill":
            service.kill()
        else:
            was_up = (
                service.ask("/livez")[0] != 0
            )  # before that, SIGTERM finds an interpreter that is still loading
            code = service.terminate(GRACE_SECONDS)
            assert code == 0 or not was_up, f"{step.whom} ended with {code} after SIGTERM"
        self.down.add(step.whom)
