"""Each simulated system on its own port, reset before every test."""

from collections.abc import Iterator

import pytest

from invoice_simulators.client import ControlClient, MetronomeControl, QuickBooksControl
from invoice_simulators.control import build_app
from invoice_simulators.metronome import Metronome
from invoice_simulators.netsuite import NetSuite
from invoice_simulators.quickbooks_online import QuickBooksOnline
from invoice_simulators.razorpay import Razorpay
from invoice_simulators.server import SimulatorServer
from tests.unit.simulators.quickbooks_client import Company, company


@pytest.fixture(scope="session")
def metronome_url() -> Iterator[str]:
    with SimulatorServer(build_app(Metronome())) as server:
        yield server.url


@pytest.fixture(scope="session")
def netsuite_url() -> Iterator[str]:
    with SimulatorServer(build_app(NetSuite())) as server:
        yield server.url


@pytest.fixture
def metronome(metronome_url: str) -> MetronomeControl:
    control = MetronomeControl(metronome_url)
    control.reset()
    return control


@pytest.fixture
def netsuite(netsuite_url: str) -> ControlClient:
    control = ControlClient(netsuite_url)
    control.reset()
    return control


@pytest.fixture(scope="session")
def quickbooks_url() -> Iterator[str]:
    with SimulatorServer(build_app(QuickBooksOnline())) as server:
        yield server.url


@pytest.fixture(scope="session")
def razorpay_url() -> Iterator[str]:
    with SimulatorServer(build_app(Razorpay())) as server:
        yield server.url


@pytest.fixture
def quickbooks(quickbooks_url: str) -> QuickBooksControl:
    control = QuickBooksControl(quickbooks_url)
    control.reset()
    return control


@pytest.fixture
def books(quickbooks: QuickBooksControl, quickbooks_url: str) -> Company:
    return company(quickbooks_url)


@pytest.fixture
def razorpay(razorpay_url: str) -> ControlClient:
    control = ControlClient(razorpay_url)
    control.reset()
    return control
