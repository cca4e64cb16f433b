"""A standing document whose lookup fields somebody has changed is found, or named, and never
duplicated.
"""

import pytest

from invoice_shared.headers import REPLAY_FORCE, REPLAY_ID
from invoice_shared.record import Headers
from tests.contract.standing.connector import RAW, Connector
from tests.contract.standing.invoices import Invoice


def forced(headers: Headers) -> Headers:
    return (*headers, (REPLAY_ID, b"replay-1"), (REPLAY_FORCE, b"1"))


def created(connector: Connector, destination: str) -> Invoice:
    invoice = Invoice(connector.systems)
    invoice.finalize(destination)
    connector.deliver(invoice.invoice_id, invoice.customer_id)
    return invoice


@pytest.mark.parametrize(
    ("destination", "changes", "conflict"),
    [
        pytest.param("netsuite", {"external_id": None}, None, id="NetSuite, external id cleared"),
        pytest.param(
            "netsuite",
            {"external_id": "4711"},
            "its invoice id is 4711",
            id="NetSuite, another external id",
        ),
        pytest.param(
            "quickbooks_online", {"number": "4711"}, None, id="QuickBooks, another number"
        ),
        pytest.param(
            "quickbooks_online",
            {"number": "4711", "note": "paid by cheque"},
            "its invoice id is not in its private note",
            id="QuickBooks, another number and note",
        ),
        pytest.param(
            "razorpay", {"number": "4711"}, "its invoice id is 4711", id="Razorpay, another receipt"
        ),
    ],
)
def test_a_forced_replay_finds_the_document_that_metronome_names(
    connector: Connector, destination: str, changes: dict[str, str | None], conflict: str | None
) -> None:
    simulator = connector.systems.providers[destination]
    if destination == "quickbooks_online":
        simulator.configure({"warn_duplicate_numbers": False})
    invoice = created(connector, destination)
    (document,) = connector.systems.documents()
    simulator.people.edit(document.document_id, **changes)
    if destination == "quickbooks_online":
        simulator.people.forget_request_ids()

    connector.again(RAW, invoice.invoice_id, forced)

    assert [each.document_id for each in connector.systems.documents()] == [document.document_id]
    said = [
        (failure.code, conflict is not None and conflict in failure.reason)
        for failure in connector.failures()
    ]
    assert said == ([] if conflict is None else [("conflicting-document", True)])
    assert invoice.external["external_status"] == "FINALIZED"
    assert invoice.external["invoice_id"] == document.document_id


def test_a_foreign_document_with_the_id_that_metronome_names_is_not_ours(
    connector: Connector,
) -> None:
    """The sandbox's documents were reported as ours, and in production the same id belongs to
    another customer.
    """
    other = created(connector, "netsuite")
    tried = Invoice(connector.systems)
    (stranger,) = connector.systems.documents()
    connector.systems.providers["netsuite"].people.edit(stranger.document_id, customer_id="2042")
    tried.finalize("netsuite")
    known = {
        "invoice_id": stranger.document_id,
        "billing_provider_type": "netsuite",
        "external_status": "FINALIZED",
    }
    connector.systems.metronome.people.edit(tried.invoice_id, external_invoice=known)

    connector.deliver(tried.invoice_id, tried.customer_id, forced(()))

    ours = [each for each in connector.systems.documents() if each.external_id == tried.invoice_id]
    assert len(ours) == 1
    assert connector.failures() == []
    assert tried.external["invoice_id"] == ours[0].document_id
    assert other.external["invoice_id"] == stranger.document_id
