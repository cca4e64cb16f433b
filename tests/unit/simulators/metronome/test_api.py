"""Metronome's API: authentication, reading, lists, and numbers that stay unchanged."""

from typing import Any

import pytest
import requests

from invoice_simulators.client import MetronomeControl
from invoice_simulators.wire import loads
from tests.unit.simulators.metronome_client import (
    CUSTOMER_ID,
    INVOICE,
    INVOICE_ID,
    KEY,
    list_invoices,
    read_invoice,
    write_back,
)


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "simulated-metronome-key"])
def test_a_wrong_key_is_refused(metronome_url: str, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    response = requests.get(f"{metronome_url}/v1/customers", headers=headers, timeout=5)

    assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})


def test_an_invoice_is_returned_with_every_seeded_digit(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    seeded = INVOICE | {"total": loads("12345678901234567890.1234567890")}
    metronome.seed_invoices([seeded])

    response = read_invoice(metronome_url)

    assert '"total":12345678901234567890.1234567890' in response.text
    assert loads(response.text)["data"] == seeded


@pytest.mark.parametrize(
    ("customer_id", "invoice_id"),
    [
        pytest.param(CUSTOMER_ID, "0b9d6a8e-0000-4d2f-9a41-5a4f3f6f3c10", id="unknown invoice"),
        pytest.param("another-customer", INVOICE_ID, id="invoice of another customer"),
    ],
)
def test_an_unknown_invoice_answers_404(
    metronome: MetronomeControl, metronome_url: str, customer_id: str, invoice_id: str
) -> None:
    metronome.seed_invoices([INVOICE])

    response = read_invoice(metronome_url, customer_id, invoice_id)

    assert (response.status_code, response.json()) == (404, {"message": "Invoice not found"})


def test_the_webhook_can_be_ahead_of_the_api(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    metronome.configure(not_found_first=2)

    assert [read_invoice(metronome_url).status_code for _ in range(3)] == [404, 404, 200]


def test_a_voided_invoice_keeps_its_lines(metronome: MetronomeControl, metronome_url: str) -> None:
    metronome.seed_invoices([INVOICE])

    metronome.void(INVOICE_ID)

    data = read_invoice(metronome_url).json()["data"]
    assert (data["status"], len(data["line_items"])) == ("VOID", 1)


def _seed_three(metronome: MetronomeControl) -> None:
    scheduled = {name: value for name, value in INVOICE.items() if not name.endswith("_timestamp")}
    metronome.seed_invoices(
        [
            INVOICE | {"id": "late", "issued_at": "2026-11-04T00:00:00.000Z"},
            scheduled
            | {"id": "scheduled", "type": "SCHEDULED", "issued_at": "2026-11-03T00:00:00.000Z"},
            INVOICE | {"id": "void", "status": "VOID", "issued_at": "2026-11-01T00:00:00.000Z"},
        ]
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param(
            {}, ["void", "scheduled", "late"], id="all, oldest issue first, void ones too"
        ),
        pytest.param({"sort": "date_desc"}, ["late", "scheduled", "void"], id="newest first"),
        pytest.param({"status": "FINALIZED"}, ["scheduled", "late"], id="by status"),
        pytest.param({"type": "SCHEDULED"}, ["scheduled"], id="by type"),
        pytest.param(
            {"starting_on": "2026-09-01T00:00:00Z"},
            ["void", "late"],
            id="a date filter loses scheduled ones",
        ),
        pytest.param(
            {"starting_on": "2026-11-01T00:00:00Z"},
            [],
            id="dates are those of the period, not the issue",
        ),
    ],
)
def test_invoices_are_listed_by_filter(
    metronome: MetronomeControl, metronome_url: str, query: dict[str, str], found: list[str]
) -> None:
    _seed_three(metronome)

    response = list_invoices(metronome_url, **query)

    assert [invoice["id"] for invoice in response.json()["data"]] == found


@pytest.mark.parametrize(
    "query", [{"limit": "101"}, {"limit": "0"}, {"sort": "up"}, {"starting_on": "soon"}]
)
def test_a_wrong_query_is_refused(
    metronome: MetronomeControl, metronome_url: str, query: dict[str, str]
) -> None:
    metronome.seed_invoices([INVOICE])

    assert list_invoices(metronome_url, **query).status_code == 400


def test_pages_follow_the_cursor_to_the_end(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE | {"id": f"{number:03d}"} for number in range(7)])
    found: list[str] = []
    query = {"limit": "3"}

    while True:
        answer: dict[str, Any] = list_invoices(metronome_url, **query).json()
        found += [invoice["id"] for invoice in answer["data"]]
        if answer["next_page"] is None:
            break
        query["next_page"] = answer["next_page"]

    assert found == [f"{number:03d}" for number in range(7)]


def test_archived_customers_are_listed_only_on_request(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_customers(
        [
            {"id": "a", "archived_at": None},
            {"id": "b", "archived_at": "2026-01-01T00:00:00Z"},
            {"id": "c"},
        ]
    )

    def ids(**query: str) -> list[str]:
        response = requests.get(
            f"{metronome_url}/v1/customers", headers=KEY, params=query, timeout=5
        )
        return [customer["id"] for customer in response.json()["data"]]

    assert ids() == ["a", "c"]
    assert ids(only_archived="true") == ["b"]


def test_a_write_back_shows_in_the_invoice(metronome: MetronomeControl, metronome_url: str) -> None:
    metronome.seed_invoices([INVOICE])
    item = {
        "invoice_id": INVOICE_ID,
        "billing_provider": "netsuite",
        "billing_provider_invoice_id": "42",
    }

    response = write_back(metronome_url, [item | {"external_status": "FINALIZED"}])

    assert response.status_code == 200
    assert read_invoice(metronome_url).json()["data"]["external_invoice"] == {
        "billing_provider_type": "netsuite",
        "invoice_id": "42",
        "external_status": "FINALIZED",
    }


def test_one_invalid_item_refuses_the_whole_write_back(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    good = {
        "invoice_id": INVOICE_ID,
        "billing_provider": "netsuite",
        "billing_provider_invoice_id": "42",
    }

    response = write_back(metronome_url, [good, good | {"billing_provider": "sap"}])

    assert response.status_code == 400
    assert list(response.json()) == ["message"]
    assert metronome.writebacks() == []


def test_a_write_back_for_an_unknown_invoice_answers_404(
    metronome_url: str, metronome: MetronomeControl
) -> None:
    item = {
        "invoice_id": INVOICE_ID,
        "billing_provider": "netsuite",
        "billing_provider_invoice_id": "42",
    }

    assert write_back(metronome_url, [item]).status_code == 404
