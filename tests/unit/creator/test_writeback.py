"""The status write-back against Metronome on loopback, and what its answers mean."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from invoice_creator.writeback import MAX_ERROR_TEXT, MetronomeWriteback, refusal
from invoice_providers.base import CreatedDocument
from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable
from invoice_simulators.client import MetronomeControl
from invoice_simulators.control import build_app
from invoice_simulators.metronome import Metronome, MetronomeSettings
from invoice_simulators.server import SimulatorServer
from tests.builders import CUSTOMER_ID, INVOICE_ID, formatted_invoice
from tests.fakes import FakeClock

INVOICE = {
    "id": INVOICE_ID,
    "customer_id": CUSTOMER_ID,
    "type": "USAGE",
    "status": "FINALIZED",
    "credit_type": {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"},
    "total": 10000,
    "line_items": [],
}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Side:
    """A simulated Metronome, its control, and a client whose key can be exchanged."""

    def __init__(self, url: str) -> None:
        self.control = MetronomeControl(url)
        self.key = MetronomeSettings().api_key
        self.control.seed_invoices([INVOICE])
        path = f"{url}/v1/invoices/billingProvider"
        self.client = MetronomeWriteback(path, lambda: self.key, clock=FakeClock(), timeout_seconds=0.5)


@pytest.fixture
def side() -> Iterator[Side]:
    with SimulatorServer(build_app(Metronome())) as server:
        yield Side(server.url)


@pytest.mark.parametrize(
    ("destination", "provider"),
    [("netsuite", "netsuite"), ("quickbooks_online", "quickbooks_online"), ("razorpay", "custom")],
)
def test_a_created_document_is_reported_as_finalized(side: Side, destination: str, provider: str) -> None:
    side.client.report_created(formatted_invoice(destination=destination), CreatedDocument("1001"))

    assert side.control.writebacks() == [
        {
            "invoice_id": INVOICE_ID,
            "billing_provider": provider,
            "billing_provider_invoice_id": "1001",
            "external_status": "FINALIZED",
            "issued_at": "2026-03-01T00:00:00.000Z",
        }
    ]


def test_a_refused_invoice_is_reported_with_its_reason_and_no_id(side: Side) -> None:
    side.client.report_refused(formatted_invoice(), "no " * 1000)

    (said,) = side.control.writebacks()
    assert said["external_status"] == "INVALID_REQUEST_ERROR"
    assert len(said["billing_provider_error"]) == MAX_ERROR_TEXT
    assert "billing_provider_invoice_id" not in said


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "hang"])
def test_no_answer_is_merely_unavailable_since_a_status_may_be_sent_twice(side: Side, fault: str) -> None:
    side.control.inject(fault, times=1)

    with pytest.raises(Unavailable):
        side.client.report_created(formatted_invoice(), CreatedDocument("1001"))
    side.client.report_created(formatted_invoice(), CreatedDocument("1001"))


def test_a_corrected_key_is_taken_without_a_restart(side: Side) -> None:
    good, side.key = side.key, "wrong"
    with pytest.raises(CredentialsRefused):
        side.client.report_created(formatted_invoice(), CreatedDocument("1001"))
    side.key = good

    side.client.report_created(formatted_invoice(), CreatedDocument("1001"))

    assert len(side.control.writebacks()) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(Answer(400, {}, b'{"message":"bad"}'), Rejected, id="400"),
        pytest.param(Answer(404, {}, b""), Rejected, id="404: not enabled for this account"),
        pytest.param(Answer(409, {}, b""), Rejected, id="409"),
        pytest.param(Answer(401, {}, b""), CredentialsRefused, id="401"),
        pytest.param(Answer(403, {}, b""), CredentialsRefused, id="403"),
        pytest.param(Answer(302, {}, b""), Unavailable, id="302: maintenance, or a wrong base URL"),
        pytest.param(Answer(408, {}, b""), Unavailable, id="408"),
        pytest.param(Answer(429, {}, b""), Unavailable, id="429"),
        pytest.param(Answer(500, {}, b""), Unavailable, id="500"),
    ],
)
def test_answers(answer: Answer, kind: type[CallFailed]) -> None:
    assert type(refusal(answer, NOW)) is kind


@pytest.mark.parametrize(("limit", "outage"), [("client", True), ("customer", False)])
def test_a_limit_of_one_customer_is_no_outage(limit: str, outage: bool) -> None:
    error = refusal(Answer(429, {"X-Metronome-Rate-Limit-Type": limit}, b""), NOW)

    assert isinstance(error, Unavailable)
    assert error.outage is outage


def test_the_reason_is_metronomes_own() -> None:
    error = refusal(Answer(400, {}, b'{"message":"invoice_id must be a UUID"}'), NOW)

    assert "invoice_id must be a UUID (400)" in error.reason
