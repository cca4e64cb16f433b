"""Every process in a network whose only way out is a proxy, and whose certificates are the
company's own.
"""

import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from invoice_simulators.scenario import scenario
from tests.e2e.books import assert_books_balance
from tests.e2e.connector import Connector
from tests.support.company import Company
from tests.support.page import INVOICES, Page
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

METRONOME = "api.metronome.com"
NETSUITE = "netsuite.internal"
REGION = "eu-west-1"


def test_all_services_the_command_line_and_the_page_go_through_the_proxy(
    connector: Connector, tmp_path: Path
) -> None:
    month = scenario(12, seed=5)
    connector.outside.metronome.seed_customers(month.customers)
    connector.outside.metronome.seed_contracts(month.contracts)
    connector.outside.metronome.seed_invoices(month.invoices)
    given = connector.settings("invoice-creator")
    bucket = f"{connector.bucket.name}.s3.{REGION}.amazonaws.com"
    systems = {
        METRONOME: port(given["METRONOME_BASE_URL"]),
        NETSUITE: port(given["NS_BASE_URL"]),
        bucket: port(given["AWS_ENDPOINT_URL_S3"]),
    }

    with Company(systems, tmp_path, asks_login=True) as company:
        connector.changes = company.settings | {
            "METRONOME_BASE_URL": f"https://{METRONOME}",
            "NS_BASE_URL": f"http://{NETSUITE}",
            "AWS_ENDPOINT_URL_S3": "",
            "AWS_DEFAULT_REGION": REGION,
        }
        connector.start()
        assert {connector.deliver(event) for event in month.deliveries} == {200}
        eventually(connector.is_drained, timeout=90)
        eventually(
            lambda: len(connector.bucket.all_lines()) == len(connector.failures()), timeout=60
        )
        checks = [check(connector, tmp_path), check_on_page(connector, tmp_path)]

    assert_books_balance(connector, month)
    parts = ("Metronome", "netsuite", f"bucket {connector.bucket.name}")
    assert [{checked[part] for part in parts} for checked in checks] == [{"works"}] * 2
    assert "p@ss/word" not in connector.logs()


def port(url: str) -> int:
    return urlsplit(url).port or 0


def check(connector: Connector, folder: Path) -> dict[str, str]:
    """Return the state of each part that ``invoices check`` covers."""
    command = [INVOICES, "check", "--output", "json"]
    settings = connector.settings("invoice-creator") | {"INVOICES_STATE_DIR": str(folder)}
    done = subprocess.run(
        command, env=settings, check=False, capture_output=True, text=True, timeout=120
    )
    return {line["part"]: line["state"] for line in json.loads(done.stdout)}


def check_on_page(connector: Connector, folder: Path) -> dict[str, str]:
    """Return the same from the page's process."""
    page = Page(connector.settings("invoice-creator"), folder)
    try:
        page.start()
        eventually(lambda: page.status("/readyz") == 200)
        page.log_in()
        rows = page.ask("/check")[1]["rows"]
    finally:
        page.process.stop()
    return {row["part"]: row["state"] for row in rows}
