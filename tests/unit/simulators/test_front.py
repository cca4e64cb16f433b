"""Faults, limits and the journal, seen through Metronome's API; every system has the same front."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from invoice_simulators.client import MetronomeControl
from tests.unit.simulators.metronome_client import INVOICE, INVOICE_ID, read_invoice, write_back

WRITEBACK = {
    "invoice_id": INVOICE_ID,
    "billing_provider": "netsuite",
    "billing_provider_invoice_id": "7",
}


@pytest.mark.parametrize(
    ("kind", "error", "stored"),
    [
        pytest.param(
            "reset-before", requests.ConnectionError, 0, id="reset before: nothing is stored"
        ),
        pytest.param(
            "reset-after", requests.ConnectionError, 1, id="reset after: stored, no answer"
        ),
        pytest.param("hang", requests.ReadTimeout, 0, id="hang: nothing is stored"),
        pytest.param("hang-after", requests.ReadTimeout, 1, id="hang after: stored, no answer"),
    ],
)
def test_the_kind_of_a_lost_answer_decides_whether_it_was_carried_out(
    metronome: MetronomeControl, metronome_url: str, kind: str, error: type[Exception], stored: int
) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.inject(kind, "writeback", times=1)

    with pytest.raises(error):
        write_back(metronome_url, [WRITEBACK], timeout=0.5)

    assert len(metronome.writebacks()) == stored
    assert write_back(metronome_url, [WRITEBACK]).status_code == 200


def test_a_status_fault_answers_with_its_own_headers_and_body(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.inject(
        "status", "get", status=503, headers={"Retry-After": "7"}, body="<html>down</html>"
    )

    response = read_invoice(metronome_url)

    assert (response.status_code, response.headers["Retry-After"], response.text) == (
        503,
        "7",
        "<html>down</html>",
    )


def test_a_gateway_can_lose_the_answer_to_an_executed_request(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.inject("status-after", "writeback", times=1, status=502)

    assert write_back(metronome_url, [WRITEBACK]).status_code == 502

    assert len(metronome.writebacks()) == 1


def test_a_status_fault_without_a_body_uses_the_systems_own_message(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.inject("status", status=429)

    response = read_invoice(metronome_url)

    assert response.json() == {"message": "Too many requests"}
    assert response.headers["X-Metronome-Rate-Limit-Type"] == "client"


def test_latency_delays_the_answer(metronome: MetronomeControl, metronome_url: str) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.inject("latency", "get", seconds=0.3)

    started = time.monotonic()
    response = read_invoice(metronome_url)

    assert response.status_code == 200
    assert time.monotonic() - started >= 0.3


def test_a_fault_hits_only_its_operation_and_invoice_and_only_as_often_as_set(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.inject("credentials", "list", times=1)
    metronome.inject("credentials", "get", invoice_id="ffff")
    metronome.inject("credentials", "get", invoice_id=INVOICE_ID[:8], times=2)

    assert [read_invoice(metronome_url).status_code for _ in range(3)] == [401, 401, 200]


def test_a_random_fault_hits_the_same_requests_in_every_run(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    def run() -> list[int]:
        metronome.reset()
        metronome.seed_invoices([INVOICE])
        metronome.inject("status", "get", probability=0.5, seed=7)
        return [read_invoice(metronome_url).status_code for _ in range(12)]

    first = run()

    assert set(first) == {200, 503}
    assert run() == first


def test_removed_faults_no_longer_hit(metronome: MetronomeControl, metronome_url: str) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.inject("status", status=500)

    metronome.clear_faults()

    assert read_invoice(metronome_url).status_code == 200


def test_requests_above_the_concurrency_limit_are_refused(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.limit(concurrency=2, latency={"p50": 0.0, "slow_share": 1.0, "slow_seconds": 0.4})

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(lambda _: read_invoice(metronome_url).status_code, range(6)))

    assert statuses == [200, 200, 429, 429, 429, 429]
    assert max(entry["concurrency"] for entry in metronome.requests("get")) > 2


def test_requests_above_the_rate_are_refused(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.limit(per_minute=3)

    assert [read_invoice(metronome_url).status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_the_journal_names_the_invoice_and_contains_no_secret(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    read_invoice(metronome_url)
    write_back(metronome_url, [WRITEBACK])
    requests.get(f"{metronome_url}/v2/nothing", timeout=5)

    seen = metronome.requests()

    assert [(entry["operation"], entry["invoice_id"], entry["status"]) for entry in seen] == [
        ("get", INVOICE_ID, 200),
        ("writeback", INVOICE_ID, 200),
        ("unknown", None, 404),
    ]
    assert "simulated-metronome-key" not in str(seen)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        pytest.param(
            {"kind": "flood"}, "unknown kind of fault: flood", id="a kind that does not exist"
        ),
        pytest.param(
            {"kind": "status", "often": 3},
            "unknown fields of a fault: often",
            id="a field that no fault has",
        ),
    ],
)
def test_an_invalid_fault_is_refused_with_the_reason(
    metronome: MetronomeControl, fault: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        metronome.inject(**fault)  # type: ignore[arg-type]


def test_unknown_limits_and_settings_are_refused_by_name(metronome: MetronomeControl) -> None:
    with pytest.raises(ValueError, match="unknown limits: speed"):
        metronome.limit(speed=1)
    with pytest.raises(ValueError, match="unknown settings: colour"):
        metronome.configure(colour="red")
