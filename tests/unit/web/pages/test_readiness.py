"""The readiness before the go-live, on the page: problems found by a job."""

import csv
import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from invoice_operations.settings import MappingSettings
from invoice_shared.errors import CredentialsRefused
from invoice_web.csv_answer import csv_chunks
from tests.builders import CUSTOMER_ID, INVOICE_ID
from tests.fakes import START
from tests.unit.formatter.builders import line, tree
from tests.unit.operations.readiness.world import (
    NETSUITE,
    RULES,
    AskedProviders,
    Metronome,
)
from tests.unit.operations.world import FakeInstallation
from tests.unit.web.world import Visitor, page_of, until

BARE = line(product_custom_fields={}, name="=Beta")


@dataclass
class Installation(FakeInstallation):
    """An installation that has customers with invoices at Metronome."""

    customers: Metronome = field(default_factory=lambda: Metronome(()))
    asked: AskedProviders = field(default_factory=AskedProviders)

    def metronome(self, _per_second: float | None = None) -> Any:
        """Return the Metronome that has them."""
        return self.customers

    def providers(self, _per_second: float | None = None) -> Any:
        """Return the providers that are asked."""
        return self.asked


@pytest.fixture(autouse=True)
def netsuite(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NETSUITE.items():
        monkeypatch.setenv(name, value)


def installation(*invoices: dict[str, Any], **changes: Any) -> Installation:
    return Installation(
        [], blocks={MappingSettings: RULES}, customers=Metronome(invoices, **changes)
    )


async def ended(visitor: Visitor, **fields: str) -> dict[str, Any]:
    given: dict[str, Any] = {"since": "30d", **fields}
    begun = await visitor.post("/readiness", **given)
    assert begun.status == 201, await begun.text()
    path = f"/readiness/{(await begun.json())['job_id']}"

    async def is_over() -> bool:
        return bool((await visitor.json(path))["state"] != "running")

    await until(is_over)
    facts: dict[str, Any] = await visitor.json(path)
    return facts


async def test_corrections_are_found_in_the_background() -> None:
    draft = tree(BARE, id="inv-draft", status="DRAFT", issued_at=None)
    async with page_of(installation(tree(), draft)) as visitor:
        await visitor.log_in()
        facts = await ended(visitor)

        assert (facts["state"], facts["customers"], facts["states"]) == (
            "done",
            1,
            {"ready": 1, "fails": 1},
        )
        (cause,) = facts["causes"]
        assert (cause["code"], cause["name"], cause["invoices"]) == (
            "items-not-mapped",
            "prod-api",
            1,
        )
        assert (facts["count"], facts["rows"][0]["invoice_id"]) == (1, "inv-draft")
        path = f"/readiness/{facts['job_id']}"
        shown = await visitor.look(path)
        assert "items-not-mapped" in shown
        assert "the providers were not asked" in shown
        assert facts["job_id"] in await visitor.look("/readiness")
        answered = await visitor.get(f"{path}?format=csv")
        (row,) = csv.DictReader(io.StringIO(await answered.text()))
        assert (row["invoice_id"], row["status"], row["title"]) == ("inv-draft", "DRAFT", "'=Beta")
        assert (await visitor.json("/reconcile"))["count"] == 0


async def test_the_readiness_of_one_customer_is_checked() -> None:
    given = installation(tree(), tree(BARE, id="inv-other", customer_id="cus-other"))
    async with page_of(given) as visitor:
        await visitor.log_in()
        facts = await ended(visitor, customer_id=CUSTOMER_ID)

        assert (facts["customer_id"], facts["states"]) == (CUSTOMER_ID, {"ready": 1})
        assert given.customers.walked == [CUSTOMER_ID]


async def test_the_providers_are_asked_if_the_box_is_ticked() -> None:
    given = installation(tree())
    given.asked.known |= {"1042": "missing"}
    async with page_of(given) as visitor:
        await visitor.log_in()
        without = await ended(visitor)
        assert (without["states"], given.asked.asked) == ({"ready": 1}, [])

        facts = await ended(visitor, ask_providers="1")

        assert (facts["ask_providers"], facts["states"]) == (True, {"fails": 1})
        assert facts["causes"][0]["kind"] == "netsuite customer"
        shown = await visitor.look(f"/readiness/{facts['job_id']}")
        assert "the providers were asked" in shown
        assert "NetSuite does not show whether the item" in shown


async def test_a_failed_job_shows_the_reason() -> None:
    broken = {"cus-lost": CredentialsRefused("Metronome refuses METRONOME_API_KEY.")}
    async with page_of(installation(tree(), broken=broken)) as visitor:
        await visitor.log_in()
        facts = await ended(visitor)

        assert (facts["state"], facts["problem"]) == (
            "failed",
            "Metronome refuses METRONOME_API_KEY.",
        )


@pytest.mark.parametrize("since", ["", "yesterday", (START + timedelta(days=1)).isoformat()])
async def test_an_invalid_or_future_time_starts_no_job(since: str) -> None:
    async with page_of(installation()) as visitor:
        await visitor.log_in()

        assert (await visitor.post("/readiness", since=since)).status == 400
        assert (await visitor.json("/readiness"))["count"] == 0


def test_a_csv_file_has_a_header_even_without_rows_and_all_batches() -> None:
    rows = [{"invoice_id": INVOICE_ID, "total": None}]

    assert list(csv_chunks(("invoice_id", "total"), [])) == ["invoice_id,total\n"]
    assert "".join(csv_chunks(("invoice_id", "total"), [rows, rows])).count(f"{INVOICE_ID},\n") == 2
