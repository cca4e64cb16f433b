"""Metronome's simulator as seen by Metronome's own SDK, with strict validation of every answer."""

from collections.abc import Iterator
from typing import Any

import metronome
import pytest
from metronome import Metronome as Client

from invoice_simulators.client import MetronomeControl
from invoice_simulators.control import build_app
from invoice_simulators.metronome import Metronome
from invoice_simulators.scenario import Scenario, scenario
from invoice_simulators.server import SimulatorServer

USD = "2714e483-4ff1-48e4-9e25-ac732e8f24f2"
NOBODY = "5ca495fa-5a91-489b-97ee-ab64ca2ce6bc"
MONTH: Scenario = scenario(160, destinations=("netsuite", "quickbooks_online", "razorpay"))
KEY = "simulated-metronome-key"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with SimulatorServer(build_app(Metronome())) as server:
        yield server.url


@pytest.fixture
def control(url: str) -> MetronomeControl:
    control = MetronomeControl(url)
    control.reset()
    control.seed_customers(MONTH.customers)
    control.seed_contracts(MONTH.contracts)
    control.seed_invoices(MONTH.invoices)
    return control


@pytest.fixture
def client(control: MetronomeControl, url: str) -> Iterator[Client]:
    with Client(
        bearer_token=KEY, base_url=url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def _busiest() -> str:
    owners = [invoice["customer_id"] for invoice in MONTH.invoices]
    return str(max(owners, key=owners.count))


def test_every_customer_and_invoice_of_a_month_is_read(client: Client) -> None:
    customers = list(client.v1.customers.list(limit=10))

    found = [
        invoice
        for each in customers
        for invoice in client.v1.customers.invoices.list(customer_id=each.id, limit=7)
    ]

    assert {each.id for each in customers} == {each["id"] for each in MONTH.customers}
    assert {each.id for each in found} == {each["id"] for each in MONTH.invoices}
    for invoice in found:
        read = client.v1.customers.invoices.retrieve(
            customer_id=invoice.customer_id, invoice_id=invoice.id
        ).data
        assert read == invoice
        assert read.model_extra == {}, "a field that the SDK does not know"
        assert [line.model_extra for line in read.line_items] == [{}] * len(read.line_items)


def test_a_customer_is_read_and_found_by_filter(client: Client) -> None:
    first, second = MONTH.customers[:2]

    assert client.v1.customers.retrieve(customer_id=first["id"]).data.name == first["name"]
    wanted = [first["id"], second["id"]]
    assert [each.id for each in client.v1.customers.list(customer_ids=wanted)] == wanted
    assert list(client.v1.customers.list(ingest_alias="nobody@example.com")) == []
    assert list(client.v1.customers.list(salesforce_account_ids=["001"])) == []
    assert list(client.v1.customers.list(only_archived=True)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"status": "FINALIZED"},
        {"type": "SCHEDULED"},
        {"credit_type_id": USD},
        {"starting_on": "2026-10-01T00:00:00Z", "ending_before": "2026-11-01T00:00:00Z"},
    ],
)
def test_invoices_are_listed_by_filter(client: Client, query: dict[str, Any]) -> None:
    customer_id = _busiest()
    every = list(client.v1.customers.invoices.list(customer_id=customer_id))

    found = list(
        client.v1.customers.invoices.list(customer_id=customer_id, sort="date_desc", **query)
    )

    assert found == [each for each in reversed(every) if _fits(each, query)]


def _fits(invoice: Any, query: dict[str, Any]) -> bool:
    if "starting_on" in query:
        return invoice.start_timestamp is not None
    shown = {
        "status": invoice.status,
        "type": invoice.type,
        "credit_type_id": invoice.credit_type.id,
    }
    return bool(query.items() <= shown.items())


def test_lines_without_a_quantity_are_left_out_on_request(client: Client) -> None:
    idle = next(
        each
        for each in MONTH.invoices
        if any(line.get("quantity") == 0 for line in each["line_items"])
    )

    read = client.v1.customers.invoices.retrieve(
        customer_id=idle["customer_id"], invoice_id=idle["id"], skip_zero_qty_line_items=True
    )

    assert 0 < len(read.data.line_items) < len(idle["line_items"])


def test_a_hierarchy_is_read_from_its_contracts(control: MetronomeControl, client: Client) -> None:
    parent = {"contract_id": "parent-contract", "customer_id": "parent"}
    child = {"contract_id": "child-contract", "customer_id": "child"}
    control.seed_contracts(
        [
            {
                "id": "parent-contract",
                "customer_id": "parent",
                "hierarchy_configuration": {
                    "children": [child],
                    "parent_behavior": {"invoice_consolidation_type": "CONCATENATE"},
                },
            },
            {
                "id": "child-contract",
                "customer_id": "child",
                "hierarchy_configuration": {
                    "parent": parent,
                    "payer": "PARENT",
                    "usage_statement_behavior": "CONSOLIDATE",
                },
            },
        ]
    )

    above: Any = client.v2.contracts.retrieve(
        customer_id="parent", contract_id="parent-contract"
    ).data
    below: Any = client.v2.contracts.retrieve(
        customer_id="child", contract_id="child-contract"
    ).data
    old: Any = client.v1.contracts.retrieve(customer_id="child", contract_id="child-contract").data

    assert above.hierarchy_configuration.parent_behavior.invoice_consolidation_type == "CONCATENATE"
    assert (
        below.hierarchy_configuration.payer == old.current.hierarchy_configuration.payer == "PARENT"
    )
    assert [each.id for each in client.v2.contracts.list(customer_id="child").data] == [
        "child-contract"
    ]
    assert [each.id for each in client.v1.contracts.list(customer_id="child").data] == [
        "child-contract"
    ]
    with pytest.raises(metronome.BadRequestError):
        client.v2.contracts.retrieve(customer_id="parent", contract_id="child-contract")
    with pytest.raises(metronome.NotFoundError):
        client.v1.contracts.retrieve(customer_id="parent", contract_id="child-contract")


def test_the_billing_provider_of_a_customer_is_shown(
    control: MetronomeControl, client: Client
) -> None:
    customer_id = MONTH.customers[0]["id"]
    control.seed_billing_configurations(
        [
            {
                "id": "c-1",
                "customer_id": customer_id,
                "billing_provider": "stripe",
                "configuration": {"stripe_customer_id": "cus_1"},
                "delivery_method": "direct_to_billing_provider",
                "delivery_method_configuration": {},
                "delivery_method_id": "d-1",
            }
        ]
    )

    (found,) = client.v1.customers.retrieve_billing_configurations(customer_id=customer_id).data

    assert (found.billing_provider, found.configuration) == (
        "stripe",
        {"stripe_customer_id": "cus_1"},
    )


def test_a_corrected_custom_field_shows_in_the_invoice(client: Client) -> None:
    invoice = MONTH.invoices[0]
    ids = {"customer_id": invoice["customer_id"], "invoice_id": invoice["id"]}

    client.v1.custom_fields.set_values(
        entity="customer",
        entity_id=invoice["customer_id"],
        custom_fields={"billing_customer_id": "9"},
    )

    read = client.v1.customers.invoices.retrieve(**ids).data
    assert (read.customer_custom_fields or {})["billing_customer_id"] == "9"


def test_a_status_is_written_back_and_read(control: MetronomeControl, client: Client) -> None:
    invoice = next(each for each in MONTH.invoices if each["external_invoice"] is None)
    item = {
        "invoice_id": invoice["id"],
        "billing_provider": "custom",
        "billing_provider_invoice_id": "inv_1",
    }

    client.post(
        "/v1/invoices/billingProvider",
        cast_to=object,
        body=[{**item, "external_status": "FINALIZED"}],
    )

    read = client.v1.customers.invoices.retrieve(
        customer_id=invoice["customer_id"], invoice_id=invoice["id"]
    ).data
    assert read.external_invoice is not None
    assert (read.external_invoice.invoice_id, read.external_invoice.external_status) == (
        "inv_1",
        "FINALIZED",
    )
    assert [each["billing_provider_invoice_id"] for each in control.writebacks()] == ["inv_1"]


def test_each_refusal_is_read_as_the_right_error(control: MetronomeControl, client: Client) -> None:
    stranger = client.with_options(bearer_token="wrong")
    with pytest.raises(metronome.AuthenticationError):
        stranger.v1.customers.retrieve(customer_id=NOBODY)
    with pytest.raises(metronome.NotFoundError) as unknown:
        client.v1.customers.retrieve(customer_id=NOBODY)
    with pytest.raises(metronome.BadRequestError):
        list(client.v1.customers.list(limit=101))
    with pytest.raises(metronome.NotFoundError):
        client.v1.services.list()
    control.inject("status", "get-customer", status=429)
    with pytest.raises(metronome.RateLimitError) as throttled:
        client.v1.customers.retrieve(customer_id=NOBODY)

    assert unknown.value.body == {"message": "Customer not found"}
    assert throttled.value.response.headers["X-Metronome-Rate-Limit-Type"] == "client"
