"""Metronome and the providers on loopback, on one clock that the test sets."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invoice_providers.connection import Connection
from invoice_providers.http import Bearer, Http
from invoice_providers.oauth.token_endpoint import Client, TokenEndpoint
from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.quickbooks_online.setup import DIALECT, WORDS
from invoice_providers.registry import provider_of
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.metronome import Metronome
from invoice_simulators.netsuite import NetSuite
from invoice_simulators.quickbooks_online import QuickBooksOnline as SimulatedQuickBooks
from invoice_simulators.razorpay import Razorpay
from invoice_simulators.server import SimulatorServer
from tests.contract.provider_cases import SIMULATED
from tests.fakes import FakeClock

TIMEOUT_SECONDS = 5.0
# Longer than the clock of any test runs.
NEVER_EXPIRES = 1e9


@dataclass(frozen=True)
class Document:
    """A document as it is at a provider."""

    destination: str
    document_id: str
    external_id: str | None
    state: str
    total: str
    customer_id: str

    @property
    def stands(self) -> bool:
        """Whether it counts: it was not cancelled, and is more than a draft."""
        return self.state not in ("void", "draft")


class Systems:
    """The simulated systems.

    People act on them directly; the connector reaches them over HTTP.
    """

    def __init__(
        self, clock: FakeClock, urls: Mapping[str, str], simulators: Mapping[str, Any]
    ) -> None:
        self.clock = clock
        self.metronome: Metronome = simulators["metronome"]
        self.providers = {name: each for name, each in simulators.items() if name != "metronome"}
        self._simulators = simulators
        self._urls = urls

    def reset(self) -> None:
        """Go back to the start, except for the clock."""
        for name in self._simulators:
            self.control(name).reset()
        self.providers["quickbooks_online"].configure({"access_token_seconds": NEVER_EXPIRES})

    def control(self, name: str) -> ControlClient:
        """Return the control of faults."""
        return ControlClient(self._urls[name])

    def documents(self) -> list[Document]:
        """Return every existing document, with the oldest first per provider."""
        return [
            Document(
                name,
                each["id"],
                each["external_id"],
                each["state"],
                each["total"],
                each["customer_id"],
            )
            for name, simulator in self.providers.items()
            for each in simulator.documents()
        ]

    def metronome_client(self) -> MetronomeClient:
        """Return a client of Metronome."""
        http = Http(
            "Metronome", lambda: Bearer(self.metronome.settings.api_key), Reach(TIMEOUT_SECONDS)
        )
        return MetronomeClient(http, self._urls["metronome"], self.clock)

    def connections(self, folder: Path) -> dict[str, Connection]:
        """Return the real client of each provider."""
        return {name: self._connection(name, folder) for name in self.providers}

    def _connection(self, name: str, folder: Path) -> Connection:
        provider = provider_of(name)
        if name == "quickbooks_online":
            return Connection(provider, self._quickbooks(), "realm-1")
        _, settings_of, _ = SIMULATED[name]
        account = provider.settings(**settings_of(self._urls[name], folder))
        return Connection(provider, provider.build(account, self.clock), provider.account(account))

    def _quickbooks(self) -> QuickBooksOnline:
        """Return a client without Intuit's rate limit, which would make every test take minutes."""
        settings = self.providers["quickbooks_online"].settings
        url = self._urls["quickbooks_online"]
        endpoint = TokenEndpoint(
            f"{url}/oauth2/v1/tokens/bearer",
            lambda: Client(settings.client_id, settings.client_secret),
            WORDS,
            DIALECT,
            clock=self.clock,
            reach=Reach(TIMEOUT_SECONDS),
        )
        tokens = _SteadyToken(endpoint.renew(settings.refresh_token).access_token)
        company = f"{url}/v3/company/{settings.realm_id}"
        return QuickBooksOnline(
            company, tokens, lambda: None, clock=self.clock, reach=Reach(TIMEOUT_SECONDS)
        )


@dataclass(frozen=True, slots=True)
class _SteadyToken:
    token: str

    def current(self) -> str:
        return self.token

    def refused(self, token: str) -> None:
        raise AssertionError(f"the simulated company refused {token}")


@contextmanager
def systems() -> Iterator[Systems]:
    """Serve all of them."""
    clock = FakeClock()

    def seconds() -> float:
        return clock.now().timestamp()

    simulators: dict[str, Any] = {
        "metronome": Metronome(clock=seconds),
        "netsuite": NetSuite(clock=seconds),
        "quickbooks_online": SimulatedQuickBooks(clock=seconds),
        "razorpay": Razorpay(clock=seconds),
    }
    with ExitStack() as opened:
        urls = {
            name: opened.enter_context(SimulatorServer(build_app(each))).url
            for name, each in simulators.items()
        }
        yield Systems(clock, urls, simulators)
