"""Enqueuing a single invoice."""

import pytest

from invoice_operations.decide.decider import Person
from invoice_operations.enqueue.run import enqueue
from invoice_operations.errors import InvalidRequest
from invoice_shared.decision import Decision
from invoice_shared.invoice import RawInvoice
from invoice_shared.serde import from_bytes
from tests.unit.operations.world import FakeInstallation

KIM = Person("kim", "web")


def test_the_decision_is_recorded_before_the_record_that_the_webhook_would_have_written() -> None:
    installation = FakeInstallation([])

    enqueue(" inv-1 ", "cus-1", installation, KIM)

    decided, put = installation.broker.published
    decision = from_bytes(Decision, decided.value)
    raw = from_bytes(RawInvoice, put.value)
    assert (decision.kind, decision.subject, decision.by) == ("enqueue", "inv-1", "kim")
    assert (put.topic, put.key, put.headers) == (
        "raw-invoices",
        b"inv-1",
        (("event-id", b"manual-inv-1"),),
    )
    assert (raw.invoice_id, raw.customer_id, raw.source) == ("inv-1", "cus-1", "manual")


@pytest.mark.parametrize(("invoice_id", "customer_id"), [("", "c"), ("i", " ")])
def test_an_invoice_without_an_id_or_a_customer_is_refused(
    invoice_id: str, customer_id: str
) -> None:
    installation = FakeInstallation([])

    with pytest.raises(InvalidRequest, match="Use the invoice's id"):
        enqueue(invoice_id, customer_id, installation, KIM)

    assert installation.broker.published == []
