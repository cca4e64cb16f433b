"""A finance person fixes failures in the browser alone, beside the four services."""

from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from invoice_simulators.client import MetronomeControl
from invoice_simulators.metronome.webhooks import finalized_event
from invoice_simulators.scenario import Failed, Scenario, scenario
from tests.browser.conftest import Console, OpenConsole, waits_for_answer
from tests.e2e.connector import QUICK, Connector
from tests.integration.cli.builders import customer, id_of, invoice
from tests.support.outside import CUSTOMER_KEY, DESTINATION_KEY, ITEM_KEY, Outside
from tests.support.s3 import Bucket
from tests.support.services import StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker, pytest.mark.timeout(900)]

# Milliseconds in which the services settle what was replayed.
SETTLING = 120_000


def console_of(connector: Connector, open_console: OpenConsole) -> Console:
    """Open the page of a connector, with the settings of its command line."""
    return open_console(connector.outside.settings | connector.bucket.settings | QUICK)


def shown_count(page: Page) -> int:
    """Return the number of matching failures, as the list shows it."""
    return int(page.locator("main p strong").first.inner_text())


def replay_all(page: Page, base: str, query: str, created: int) -> None:
    """Plan a replay of the matching failures, start it, and see this many created."""
    page.goto(f"{base}/failures?{query}")
    with waits_for_answer(page):
        page.get_by_role("button", name="Plan a replay of all matches").click()
    expect(page.locator("#state")).to_have_text("planned")
    with waits_for_answer(page):
        page.get_by_role("button", name="back now").click()
    expect(page.locator("#created")).to_have_text(str(created), timeout=SETTLING)


def understand(page: Page) -> None:
    """Go from the overview to the only failure of a code, and to what would be sent now."""
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.get_by_role("link", name="items-not-mapped").click()
    assert shown_count(page) == 1
    page.locator("tbody a.id").first.click()
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    page.get_by_role("link", name="Preview").click()
    expect(page.locator("main")).to_contain_text("It would fail")


def approve_one(page: Page, base: str, why: str) -> None:
    """Approve the held invoice, and see it created."""
    page.goto(f"{base}/failures?state=held")
    page.locator("tbody a.id").first.click()
    page.get_by_label("Why (for the auditor)").fill(why)
    with waits_for_answer(page):
        page.get_by_role("button", name="Approve and send").click()
    expect(page.locator("#created")).to_have_text("1", timeout=SETTLING)


def resolve(page: Page, place: str, why: str) -> None:
    """Close a failure that was handled by hand."""
    page.goto(place)
    page.get_by_label("What was done").fill(why)
    with waits_for_answer(page):
        page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator("dl.facts").first).to_contain_text("resolved")


def test_failures_are_corrected_and_replayed_approved_or_resolved(
    start_service: StartService,
    outside: Outside,
    topics: Topics,
    s3: Bucket,
    open_console: OpenConsole,
) -> None:
    connector = Connector(
        start_service, outside, topics, s3, changes={"HOLD_ABOVE": '{"USD":"5000"}'}
    )
    owner = customer(1)
    unmapped = invoice("unmapped", owner, 1000, item=None)
    large = invoice("large", owner, 600_000)
    byhand = invoice("by hand", owner, 2000, item="unknown-item")
    outside.metronome.seed_customers([owner])
    outside.metronome.seed_invoices([unmapped, large, byhand])
    connector.start()
    for each in (unmapped, large, byhand):
        assert connector.deliver(finalized_event(each)) == 200
    eventually(lambda: len(connector.failures()) == 3, timeout=120)
    console = console_of(connector, open_console)
    person = console.person()

    page = person.log_in(password="a wrong one")
    expect(page.get_by_role("alert")).to_have_text("Wrong password.")
    page = person.log_in()
    understand(page)

    outside.metronome.set_fields("product", "prod-beta", {ITEM_KEY: "2001"})
    page.reload()
    expect(page.locator("main")).to_contain_text("It would be sent; NetSuite was not asked")
    replay_all(page, console.base, "code=items-not-mapped", created=1)
    assert connector.documents()[id_of("unmapped")]["total"] == "10.00"

    approve_one(page, console.base, "checked with the customer")
    assert connector.documents()[id_of("large")]["total"] == "6000.00"

    page.goto(f"{console.base}/failures?code=provider-rejected")
    with waits_for_answer(page):
        page.locator("tbody a.id").first.click()
    resolve(page, page.url, "billed by hand")
    page.goto(f"{console.base}/audit")
    audit = page.locator("table").inner_text()
    for decided in (
        "login",
        "replay",
        "approve",
        "resolve",
        "Jane Doe",
        "checked with the customer",
        "billed by hand",
    ):
        assert decided in audit
    page.goto(console.base)
    expect(page.locator("#live")).to_contain_text("Nothing is unresolved.")


CORRECTED = ("customer-not-mapped", "items-not-mapped", "provider-rejected", "unknown-destination")
MORE = ("totals-mismatch", "destination-not-mapped")


def test_the_demos_failures_are_fixed_in_the_browser_alone(
    start_service: StartService,
    outside: Outside,
    topics: Topics,
    s3: Bucket,
    open_console: OpenConsole,
) -> None:
    month = scenario(110, 1)
    connector = Connector(start_service, outside, topics, s3)
    outside.metronome.seed_customers(month.customers)
    outside.metronome.seed_contracts(month.contracts)
    outside.metronome.seed_invoices(month.invoices)
    connector.start()
    for event in month.deliveries:
        assert connector.deliver(event) == 200
    eventually(lambda: connector.ledger().keys() >= month.ends.keys(), timeout=240)
    console = console_of(connector, open_console)
    page = console.person().log_in()
    page.goto(f"{console.base}/failures")
    failed = failures_of(month)
    assert shown_count(page) == len(failed)
    codes = {code for code in failed.values() if code in CORRECTED}
    assert codes_to_correct(page, console.base) >= codes
    for code in dict.fromkeys(failed.values()):
        read_about(page, console.base, code)

    correct(month, outside.metronome)
    corrected = [code for code in failed.values() if code in (*CORRECTED, *MORE)]
    query = "&".join(f"code={code}" for code in (*CORRECTED, *MORE))
    replay_all(page, console.base, query, created=len(corrected))
    expect(page.locator("#failed-again")).to_have_text("0")

    page.goto(f"{console.base}/failures")
    rest = [
        f"{console.base}{link.get_attribute('href')}"
        for link in page.locator("tbody a[href^='/failures/']").all()
    ]
    assert len(rest) == len(failed) - len(corrected)
    for place in rest:
        resolve(page, place, "settled by hand")

    page.goto(f"{console.base}/reconcile")
    page.get_by_label("Invoices issued since").fill("2026-10-01")
    with waits_for_answer(page):
        page.get_by_role("button", name="Reconcile").click()
    expect(page.locator("#state")).to_have_text("done", timeout=SETTLING)
    page.reload()
    assert findings(page).keys() <= {"created", "skipped", "resolved", "removed-at-provider"}
    page.goto(console.base)
    expect(page.locator("#live")).to_contain_text("Nothing is unresolved.")


def codes_to_correct(page: Page, base: str) -> set[str]:
    """Return the codes that the readiness names."""
    page.goto(f"{base}/readiness")
    page.get_by_label("Invoices issued since").fill("2026-10-01")
    page.get_by_label("Also ask the providers").check()
    with waits_for_answer(page):
        page.get_by_role("button", name="Look").click()
    expect(page.locator("#state")).to_have_text("done", timeout=SETTLING)
    page.reload()
    return set(
        page.get_by_role("region", name="To correct")
        .locator("tbody td:first-child")
        .all_inner_texts()
    )


def read_about(page: Page, base: str, code: str) -> None:
    """Go from the overview to a failure of a code, its sentence and what to do."""
    page.goto(base)
    page.get_by_role("link", name=code, exact=True).click()
    page.locator("tbody a[href^='/failures/']").first.click()
    expect(page.locator("main")).to_contain_text(code)
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()


def failures_of(month: Scenario) -> dict[str, str]:
    """Return the code of each invoice that fails."""
    return {name: end.code for name, end in month.ends.items() if isinstance(end, Failed)}


def correct(month: Scenario, metronome: MetronomeControl) -> None:
    """Make the corrections in Metronome that the reasons of the failures ask for."""
    failed = failures_of(month)
    for each in month.invoices:
        if each["id"] in failed:
            metronome.set_fields(
                "customer", each["customer_id"], {CUSTOMER_KEY: "1001", DESTINATION_KEY: "netsuite"}
            )
            for product in products_of(each):
                metronome.set_fields("product", product, {ITEM_KEY: "2001"})
    wrong = [each for each in month.invoices if failed.get(each["id"]) == "totals-mismatch"]
    metronome.seed_invoices([each | {"total": each["total"] - 100} for each in wrong])


def products_of(listed: dict[str, Any]) -> Iterable[str]:
    """Return the products of an invoice's lines."""
    return {line["product_id"] for line in listed["line_items"] if line.get("product_id")}


def findings(page: Page) -> dict[str, int]:
    """Return how many invoices a reconciliation found in each state."""
    words = [each.inner_text().split(" ", 1) for each in page.locator("ul.fields li a").all()]
    return {state: int(count) for count, state in (pair for pair in words if len(pair) == 2)}
