"""The real process with a Metronome that fails for one invoice, or for all."""

from typing import Any

import pytest

from tests.integration.formatter.world import World, metronome_invoice
from tests.support.services import Service, StartService
from tests.support.waiting import eventually, never

pytestmark = pytest.mark.broker

BAD = "invoice-bad"
COUNT = 300


@pytest.fixture
def service(world: World, start_service: StartService) -> Service:
    """Start a formatter that waits one second for an answer."""
    quick = world.settings(
        HTTP_TIMEOUT_SECONDS="1", RETRY_BACKOFF_MAX_SECONDS="1", FORMATTER_CONCURRENCY="4"
    )
    started = start_service("invoice-formatter", quick)
    started.wait_until_ready()
    return started


@pytest.mark.parametrize(
    "fault", [{"kind": "hang"}, {"kind": "status", "status": 500}], ids=["silence", "500"]
)
def test_one_invoice_that_metronome_never_returns_is_filed_and_the_others_continue(
    world: World, service: Service, fault: dict[str, Any]
) -> None:
    metronome = world.outside.metronome
    metronome.inject(operation="get", invoice_id=BAD, **fault)
    first, later = ([f"invoice-{batch}-{number}" for number in range(COUNT)] for batch in (1, 2))
    world.seed(metronome_invoice(invoice_id) for invoice_id in [BAD, *first])
    eventually(lambda: len(asked_for(world, BAD)) >= 2, timeout=60)
    world.seed(metronome_invoice(invoice_id) for invoice_id in later)

    eventually(lambda: world.lag() == 0, timeout=120)

    assert world.ends() == dict.fromkeys([*first, *later], "formatted") | {BAD: "failed"}
    (failure,) = (record.json for record in world.failures())
    assert (failure["code"], failure["retryable"], failure["invoice_id"]) == (
        "invoice-unavailable",
        True,
        BAD,
    )
    assert failure["attempts"] == len(asked_for(world, BAD)) >= 3
    assert (failure["provider_response"] is None) == (fault["kind"] == "hang")
    assert service.is_ready()


def test_nothing_is_filed_if_metronome_fails_for_all_and_readiness_names_the_reason(
    world: World, service: Service
) -> None:
    ids = [f"invoice-{number}" for number in range(40)]
    world.outside.metronome.inject("status", status=500)
    world.seed(metronome_invoice(invoice_id) for invoice_id in ids)

    eventually(
        lambda: "metronome: Metronome answered HTTP 500." in service.ask("/readyz")[1], timeout=60
    )
    assert 'invoice_connector_circuit_open{system="metronome"} 1.0' in service.ask("/metrics")[1]
    never(lambda: world.ends() or world.failures() or service.ask("/livez")[0] != 200, during=10)
    world.outside.metronome.clear_faults()

    eventually(lambda: world.lag() == 0, timeout=60)
    assert world.ends() == dict.fromkeys(ids, "formatted")
    eventually(service.is_ready)


def asked_for(world: World, invoice_id: str) -> list[object]:
    return [
        each for each in world.outside.metronome.requests("get") if each["invoice_id"] == invoice_id
    ]
