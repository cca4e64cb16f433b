"""Customers, contracts and billing configurations in Metronome's API."""

from typing import Any

from invoice_simulators.metronome.contracts import version_1
from invoice_simulators.metronome.listing import bad_request, page, select_customers
from invoice_simulators.metronome.store import MetronomeStore
from invoice_simulators.wire import ApiError, Call, Json, Reply, dumps, loads, reply


class Accounts:
    """Handlers that change nothing."""

    def __init__(self, store: MetronomeStore) -> None:
        self._store = store

    def list_customers(self, call: Call) -> Reply:
        """Answer a page of customers."""
        chosen = select_customers(self._store.customers.values(), call.query)
        return reply(page([dumps(each) for each in chosen], call.query))

    def get_customer(self, call: Call) -> Reply:
        """Answer one customer."""
        if (customer := self._store.customers.get(call.parts["customer"])) is None:
            raise not_found("Customer")
        return reply({"data": customer})

    def get_contract(self, call: Call) -> Reply:
        """Answer one contract; 400 for an unknown one, or 404 in version 1, as documented."""
        asked = body_of(call, "customer_id", "contract_id")
        contract = self._store.contracts.get(asked["contract_id"])
        if contract is None or contract["customer_id"] != asked["customer_id"]:
            raise (
                not_found("Contract")
                if call.parts["version"] == "1"
                else bad_request("Contract not found")
            )
        return reply({"data": _versioned(contract, call)})

    def list_contracts(self, call: Call) -> Reply:
        """Answer all contracts of a customer."""
        customer_id = body_of(call, "customer_id")["customer_id"]
        found = [
            each for each in self._store.contracts.values() if each["customer_id"] == customer_id
        ]
        return reply({"data": [_versioned(contract, call) for contract in found]})

    def list_configurations(self, call: Call) -> Reply:
        """Answer the billing providers with which Metronome itself bills a customer."""
        customer_id = body_of(call, "customer_id")["customer_id"]
        found = [
            each
            for each in self._store.configurations.values()
            if each["customer_id"] == customer_id
        ]
        return reply({"data": found})


def parse(call: Call) -> Any:
    """Parse a body. Raises ``ApiError``."""
    try:
        return loads(call.body)
    except ValueError as error:
        raise bad_request("Invalid JSON") from error


def body_of(call: Call, *needed: str) -> Json:
    """Parse a body that must be an object with these fields. Raises ``ApiError``."""
    tree = parse(call)
    if not isinstance(tree, dict):
        raise bad_request("Request body must be an object")
    if missing := [name for name in needed if name not in tree]:
        raise bad_request(f"{missing[0]} is required")
    return tree


def not_found(what: str) -> ApiError:
    """Return the refusal of an unknown id."""
    return ApiError(404, {"message": f"{what} not found"})


def _versioned(contract: Json, call: Call) -> Json:
    return version_1(contract) if call.parts["version"] == "1" else contract
