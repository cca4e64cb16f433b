"""The outside world as a process: Metronome and the providers, simulated, each with its control."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from invoice_simulators.client import ControlClient, MetronomeControl
from tests.support.processes import Process
from tests.support.waiting import eventually

CUSTOMER_KEY = "billing_customer_id"
DESTINATION_KEY = "billing_destination"
ITEM_KEY = "billing_item_id"


@dataclass(frozen=True)
class Outside:
    """``announced`` is what the simulators printed: URL and accepted credentials of each."""

    announced: dict[str, Any]

    @property
    def metronome(self) -> MetronomeControl:
        """Return the control that seeds, disturbs and inspects Metronome."""
        return MetronomeControl(self.announced["metronome"]["url"])

    @property
    def netsuite(self) -> ControlClient:
        """Return the control that disturbs and inspects NetSuite."""
        return ControlClient(self.announced["netsuite"]["url"])

    @property
    def webhook_secret(self) -> str:
        """Return the secret that Metronome signs with."""
        return str(self.announced["metronome"]["webhook_secret"])

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that points all services at this world."""
        return self._metronome_settings | self._netsuite_settings

    @property
    def _metronome_settings(self) -> dict[str, str]:
        metronome = self.announced["metronome"]
        return {
            "METRONOME_WEBHOOK_SECRET": metronome["webhook_secret"],
            "METRONOME_API_KEY": metronome["api_key"],
            "METRONOME_BASE_URL": metronome["url"],
            "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": CUSTOMER_KEY,
            "METRONOME_BILLING_PROVIDER_DESTINATION": DESTINATION_KEY,
            "METRONOME_BILLING_PROVIDER_ITEM_ID": ITEM_KEY,
        }

    @property
    def _netsuite_settings(self) -> dict[str, str]:
        netsuite = self.announced["netsuite"]
        return {
            "NS_ACCOUNT_ID": netsuite["account"],
            "NS_CONSUMER_KEY": netsuite["consumer_key"],
            "NS_CONSUMER_SECRET": netsuite["consumer_secret"],
            "NS_TOKEN_ID": netsuite["token_id"],
            "NS_TOKEN_SECRET": netsuite["token_secret"],
            "NS_BASE_URL": netsuite["url"],
            "NS_CURRENCY_IDS": '{"USD": "1", "EUR": "4"}',
        }


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """Start a fresh outside world for one test."""
    simulators = Process(
        "simulators",
        [str(Path(sys.executable).with_name("invoice-simulators"))],
        env={"PATH": os.environ["PATH"]},
        directory=tmp_path,
    )
    try:
        simulators.start()
        eventually(lambda: "\n" in simulators.output(), timeout=30)
        yield Outside(json.loads(simulators.output().splitlines()[0]))
    finally:
        simulators.stop(grace=5)
