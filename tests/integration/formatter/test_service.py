"""The real process on a real broker: outages, refused credentials, records of any shape, and its
own end.
"""

import pytest

from tests.integration.formatter.world import World, metronome_invoice, raw_record
from tests.support.services import Service, StartService
from tests.support.waiting import eventually, never

FORMATTER = "invoice-formatter"
IDS = [f"invoice-{number}" for number in range(40)]

pytestmark = pytest.mark.broker


@pytest.fixture
def service(world: World, start_service: StartService) -> Service:
    """Start a formatter."""
    started = start_service(FORMATTER, world.settings(RETRY_BACKOFF_MAX_SECONDS="1"))
    started.wait_until_ready()
    return started


def test_an_outage_of_metronome_files_nothing_and_then_all_invoices_continue(
    world: World, service: Service
) -> None:
    world.outside.metronome.inject("status", status=503)
    world.seed(metronome_invoice(invoice_id) for invoice_id in IDS)
    eventually(lambda: len(world.outside.metronome.requests()) > len(IDS), timeout=60)
    assert world.ends() == {}

    world.outside.metronome.clear_faults()

    eventually(lambda: world.lag() == 0)
    assert world.ends() == dict.fromkeys(IDS, "formatted")
    assert world.failures() == []


def test_refused_credentials_file_nothing_and_show_in_the_readiness(
    world: World, service: Service
) -> None:
    world.outside.metronome.inject("credentials")
    world.seed(metronome_invoice(invoice_id) for invoice_id in IDS)

    eventually(lambda: "METRONOME_API_KEY" in service.ask("/readyz")[1])
    never(world.ends, during=2)
    world.outside.metronome.clear_faults()

    eventually(lambda: world.lag() == 0)
    assert world.ends() == dict.fromkeys(IDS, "formatted")
    eventually(service.is_ready)


def test_an_invoice_that_metronome_shows_late_is_found_and_an_unknown_one_fails(
    world: World, service: Service
) -> None:
    world.outside.metronome.configure(not_found_first=2)
    world.seed([metronome_invoice("late")])
    world.topics.produce("raw-invoices", [raw_record("unknown")])

    eventually(lambda: world.lag() == 0)

    assert world.ends() == {"late": "formatted", "unknown": "failed"}
    assert [record.json["code"] for record in world.failures()] == ["invoice-not-found"]


def test_a_record_too_large_to_be_kept_in_a_failure_is_filed_without_its_value(
    world: World, service: Service
) -> None:
    size = 9_000_000
    places = world.topics.produce("raw-invoices", [("large", b"\xff" * size)])

    eventually(lambda: world.lag() == 0)

    (failure,) = world.failures()
    assert failure.json["code"] == "malformed-record"
    assert failure.json["original"]["value"] is None
    assert failure.json["original"]["omitted"] > 0
    assert (failure.json["source"]["partition"], failure.json["source"]["offset"]) == places[0]


def test_sigterm_commits_finished_work_and_hands_back_the_rest(
    world: World, service: Service
) -> None:
    world.outside.metronome.inject("hang", operation="get", invoice_id="invoice-7")
    world.seed(metronome_invoice(invoice_id) for invoice_id in IDS)
    others = {invoice_id: "formatted" for invoice_id in IDS if invoice_id != "invoice-7"}
    eventually(lambda: world.ends() == others)

    assert service.terminate(timeout=25) == 0
    assert "Traceback" not in service.output()
    assert 0 < world.lag() < len(IDS)

    world.outside.metronome.clear_faults()
    service.start()
    eventually(lambda: world.lag() == 0)
    assert world.ends() == dict.fromkeys(IDS, "formatted")
