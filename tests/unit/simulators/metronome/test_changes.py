"""Changes that people make in Metronome, and what the API shows beside invoices: contracts,
configurations, customers.
"""

from typing import Any

import pytest
import requests

from invoice_simulators.client import MetronomeControl
from tests.unit.simulators.metronome_client import (
    CUSTOMER_ID,
    INVOICE,
    INVOICE_ID,
    KEY,
    USD,
    list_invoices,
    read_invoice,
    write_back,
)

PARENT = {"contract_id": "parent-contract", "customer_id": "parent"}
CHILD = {
    "id": "child-contract",
    "customer_id": CUSTOMER_ID,
    "hierarchy_configuration": {
        "parent": PARENT,
        "payer": "PARENT",
        "usage_statement_behavior": "CONSOLIDATE",
    },
}


def _ask(url: str, path: str, body: Any) -> requests.Response:
    return requests.post(f"{url}{path}", headers=KEY, json=body, timeout=5)


def _shown(url: str) -> dict[str, Any]:
    data: dict[str, Any] = read_invoice(url).json()["data"]
    return data


def test_a_customers_fields_show_in_its_invoices(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_customers([{"id": CUSTOMER_ID, "custom_fields": {"a": "1", "b": "2"}}])
    metronome.seed_invoices([INVOICE | {"customer_custom_fields": {"a": "1", "b": "2"}}])

    metronome.set_fields("customer", CUSTOMER_ID, {"a": "9", "b": None})

    assert _shown(metronome_url)["customer_custom_fields"] == {"a": "9"}
    customer = requests.get(f"{metronome_url}/v1/customers/{CUSTOMER_ID}", headers=KEY, timeout=5)
    assert customer.json()["data"]["custom_fields"] == {"a": "9"}


def test_a_products_fields_show_in_the_lines_of_every_invoice(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    lines = [
        line | {"product_id": product} for product in ("p1", "p2") for line in INVOICE["line_items"]
    ]
    metronome.seed_invoices([INVOICE | {"line_items": lines}])

    metronome.set_fields("contract_product", "p2", {"item": "77"})

    assert [line.get("product_custom_fields") for line in _shown(metronome_url)["line_items"]] == [
        None,
        {"item": "77"},
    ]


def test_fields_can_be_set_by_the_api_too(metronome: MetronomeControl, metronome_url: str) -> None:
    metronome.seed_invoices([INVOICE])
    wanted = {"entity": "customer", "entity_id": CUSTOMER_ID, "custom_fields": {"a": "1"}}

    assert _ask(metronome_url, "/v1/customFields/setValues", wanted).status_code == 200
    assert _shown(metronome_url)["customer_custom_fields"] == {"a": "1"}
    assert (
        _ask(metronome_url, "/v1/customFields/setValues", wanted | {"entity": "alert"}).status_code
        == 400
    )
    with pytest.raises(ValueError, match='fields of "alert"'):
        metronome.set_fields("alert", CUSTOMER_ID, {"a": "1"})


def test_an_invoice_can_be_edited_and_a_write_back_replaces_its_status(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])
    elsewhere = {"billing_provider_type": "stripe", "invoice_id": "in_1", "external_status": "VOID"}

    metronome.edit(INVOICE_ID, external_invoice=elsewhere, payer=PARENT)
    before = _shown(metronome_url)
    write_back(
        metronome_url,
        [
            {
                "invoice_id": INVOICE_ID,
                "billing_provider": "netsuite",
                "billing_provider_invoice_id": "7",
            }
        ],
    )

    assert (before["external_invoice"], before["payer"]) == (elsewhere, PARENT)
    assert _shown(metronome_url)["external_invoice"]["invoice_id"] == "7"
    assert [each["billing_provider_invoice_id"] for each in metronome.writebacks()] == ["7"]
    with pytest.raises(ValueError, match='no invoice "none"'):
        metronome.void("none")


def test_a_contract_shows_who_pays_in_both_versions(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_contracts([CHILD])
    wanted = {"customer_id": CUSTOMER_ID, "contract_id": "child-contract"}

    new = _ask(metronome_url, "/v2/contracts/get", wanted).json()["data"]
    old = _ask(metronome_url, "/v1/contracts/get", wanted).json()["data"]

    assert new["hierarchy_configuration"] == CHILD["hierarchy_configuration"]
    assert old["current"]["hierarchy_configuration"] == old["initial"]["hierarchy_configuration"]
    assert old["current"]["hierarchy_configuration"]["payer"] == "PARENT"
    listed = _ask(metronome_url, "/v2/contracts/list", {"customer_id": CUSTOMER_ID}).json()["data"]
    assert [contract["id"] for contract in listed] == ["child-contract"]


@pytest.mark.parametrize(("version", "status"), [(1, 404), (2, 400)])
def test_an_unknown_contract_is_refused_as_documented(
    metronome: MetronomeControl, metronome_url: str, version: int, status: int
) -> None:
    metronome.seed_contracts([CHILD])
    wanted = {"customer_id": "another", "contract_id": "child-contract"}

    response = _ask(metronome_url, f"/v{version}/contracts/get", wanted)

    assert (response.status_code, response.json()) == (status, {"message": "Contract not found"})


@pytest.mark.parametrize("body", [[], {"customer_id": "a"}])
def test_a_contract_is_requested_by_both_ids(
    metronome_url: str, metronome: MetronomeControl, body: Any
) -> None:
    assert _ask(metronome_url, "/v2/contracts/get", body).status_code == 400


def test_the_billing_configurations_of_a_customer_are_shown(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    stripe = {"id": "c1", "customer_id": CUSTOMER_ID, "billing_provider": "stripe"}
    metronome.seed_billing_configurations([stripe, stripe | {"id": "c2", "customer_id": "another"}])

    path = "/v1/getCustomerBillingProviderConfigurations"
    assert _ask(metronome_url, path, {"customer_id": CUSTOMER_ID}).json()["data"] == [stripe]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"customer_ids": "a,b"}, ["a", "b"]),
        ({"customer_ids[]": ["a", "c"]}, ["a", "c"]),
        ({"ingest_alias": "b@example.com"}, ["b"]),
        ({"salesforce_account_ids": "001"}, ["c"]),
        ({"customer_ids": "d", "only_archived": "true"}, ["d"]),
        ({"customer_ids": "d"}, []),
    ],
)
def test_customers_are_listed_by_filter(
    metronome: MetronomeControl, metronome_url: str, query: dict[str, Any], found: list[str]
) -> None:
    metronome.seed_customers(
        [
            {"id": "a"},
            {"id": "b", "ingest_aliases": ["b@example.com"]},
            {"id": "c", "customer_config": {"salesforce_account_id": "001"}},
            {"id": "d", "archived_at": "2026-01-01T00:00:00Z"},
        ]
    )

    response = requests.get(f"{metronome_url}/v1/customers", headers=KEY, params=query, timeout=5)

    assert [customer["id"] for customer in response.json()["data"]] == found


def test_idle_lines_are_left_out_on_request(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    idle = {"name": "Idle", "type": "usage", "total": 0, "quantity": 0, "credit_type": USD}
    metronome.seed_invoices([INVOICE | {"line_items": [*INVOICE["line_items"], idle]}])

    (listed,) = list_invoices(metronome_url, skip_zero_qty_line_items="true").json()["data"]

    assert [line["name"] for line in listed["line_items"]] == ["API calls"]
    assert len(_shown(metronome_url)["line_items"]) == 2


def test_a_type_that_does_not_exist_cannot_be_listed(
    metronome: MetronomeControl, metronome_url: str
) -> None:
    metronome.seed_invoices([INVOICE])

    assert list_invoices(metronome_url, type="USAGES").status_code == 400


def test_an_unsupported_path_answers_one_message(
    metronome_url: str, metronome: MetronomeControl
) -> None:
    response = _ask(metronome_url, "/v1/contracts/create", {})

    assert (response.status_code, response.json()) == (404, {"message": "Not found"})


def test_an_invalid_action_is_answered_with_the_valid_ones(metronome: MetronomeControl) -> None:
    with pytest.raises(ValueError, match=r'There is no action "delete" here: use one of .*void'):
        metronome.delete(INVOICE_ID)
