"""The status write-back against Metronome on loopback."""

from collections.abc import Iterator

import pytest

from invoice_creator.writeback import MetronomeWriteback
from invoice_providers.base import Found
from invoice_providers.http import Bearer, Http
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.metronome.statuses import MAX_ERROR_TEXT
from invoice_shared.outgoing.outgoing import Reach
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


class Side:
    """A simulated Metronome, its control, and a client whose key can be replaced."""

    def __init__(self, url: str) -> None:
        self.control = MetronomeControl(url)
        self.key = MetronomeSettings().api_key
        self.control.seed_invoices([INVOICE])
        http = Http("Metronome", lambda: Bearer(self.key), Reach(0.5))
        self.clock = FakeClock()
        self.client = MetronomeWriteback(MetronomeClient(http, url, self.clock))


@pytest.fixture
def side() -> Iterator[Side]:
    with SimulatorServer(build_app(Metronome())) as server:
        yield Side(server.url)


@pytest.mark.parametrize(
    ("destination", "provider"),
    [("netsuite", "netsuite"), ("quickbooks_online", "quickbooks_online"), ("razorpay", "custom")],
)
def test_a_created_document_is_reported_as_finalized(
    side: Side, destination: str, provider: str
) -> None:
    side.client.report_created(
        formatted_invoice(destination=destination), Found("1001"), is_repeat=False
    )

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
def test_a_missing_answer_is_an_outage_since_a_status_may_be_sent_twice(
    side: Side, fault: str
) -> None:
    side.control.inject(fault, times=1)

    with pytest.raises(Unavailable):
        side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=False)
    side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=False)


def test_a_corrected_key_is_used_without_a_restart(side: Side) -> None:
    good = side.key
    side.key = "wrong"
    with pytest.raises(CredentialsRefused):
        side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=False)
    side.key = good

    side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=False)

    assert len(side.control.writebacks()) == 1


def test_a_rate_limit_of_one_customer_holds_only_that_customers_statuses(side: Side) -> None:
    headers = {"X-Metronome-Rate-Limit-Type": "Customer", "Retry-After": "60"}
    side.control.inject("status", status=429, headers=headers, times=1)
    limited = formatted_invoice()
    other = formatted_invoice(metronome_customer_id="another")

    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            side.client.report_created(limited, Found("1001"), is_repeat=False)
        assert (refused.value.retry_after, refused.value.about) == (60, "customer")
    assert len(side.control.requests()) == 1
    side.client.report_created(other, Found("1002"), is_repeat=False)

    side.clock.advance(60)
    side.client.report_created(limited, Found("1001"), is_repeat=False)


def test_a_refusal_by_metronome_is_a_failure_of_the_writeback(side: Side) -> None:
    side.control.inject(
        "status", status=400, body={"message": "invoice_id must be a UUID"}, times=1
    )

    with pytest.raises(Rejected) as refused:
        side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=False)

    assert refused.value.code == "writeback-refused"


EXTERNAL = {
    "invoice_id": "9001",
    "billing_provider_type": "netsuite",
    "external_status": "FINALIZED",
}


def write_back(side: Side, *, refused: bool) -> None:
    if refused:
        side.client.report_refused(formatted_invoice(), "No.")
    else:
        side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=True)


def knowing(side: Side, **changes: object) -> None:
    side.control.seed_invoices([INVOICE | {"external_invoice": EXTERNAL | changes}])


@pytest.mark.parametrize("refused", [False, True], ids=["a repeat", "a refusal"])
@pytest.mark.parametrize("status", ["FINALIZED", "PAID", "VOID", "SENT", "anything new"])
def test_a_document_that_metronome_already_knows_is_not_overwritten(
    side: Side, status: str, refused: bool
) -> None:
    knowing(side, external_status=status)

    write_back(side, refused=refused)

    assert side.control.writebacks() == []


@pytest.mark.parametrize("refused", [False, True], ids=["a repeat", "a refusal"])
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"external_status": "INVALID_REQUEST_ERROR"}, id="it was refused"),
        pytest.param({"external_status": "SKIPPED"}, id="it was skipped"),
        pytest.param({"invoice_id": None}, id="names no document"),
        pytest.param({"invoice_id": ""}, id="names a blank one"),
    ],
)
def test_a_status_without_a_document_is_overwritten(
    side: Side, changes: dict[str, object], refused: bool
) -> None:
    knowing(side, **changes)

    write_back(side, refused=refused)

    (said,) = side.control.writebacks()
    assert said["external_status"] == ("INVALID_REQUEST_ERROR" if refused else "FINALIZED")


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        pytest.param({}, True, id="the document that was removed"),
        pytest.param(
            {"external_status": "PAID"}, True, id="the document that was removed, paid before"
        ),
        pytest.param(
            {"invoice_id": "1001", "external_status": "VOID"}, True, id="this one, as void"
        ),
        pytest.param(
            {"invoice_id": "1001", "external_status": "PAID"},
            False,
            id="this one, and more than we know",
        ),
    ],
)
def test_a_document_created_again_replaces_the_removed_one_at_metronome(
    side: Side, changes: dict[str, object], is_told: bool
) -> None:
    knowing(side, **changes)

    side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=True, is_forced=True)

    assert [said["billing_provider_invoice_id"] for said in side.control.writebacks()] == [
        "1001"
    ] * is_told


def test_the_document_of_a_first_record_is_reported_without_asking_first(side: Side) -> None:
    side.client.report_created(formatted_invoice(), Found("1001"), is_repeat=False)

    assert len(side.control.requests()) == 1


def test_an_invoice_that_metronome_does_not_show_yet_is_retried(side: Side) -> None:
    unknown = formatted_invoice(invoice_id="00000000-0000-4000-8000-000000000000")

    with pytest.raises(Unavailable) as failed:
        side.client.report_created(unknown, Found("1001"), is_repeat=True)

    assert (
        failed.value.about == "settings"
    )  # neither this invoice's fault nor that of all other reports
    assert "does not show the invoice" in failed.value.reason


def report(side: Side, invoice_id: str = INVOICE_ID) -> None:
    side.client.report_created(
        formatted_invoice(invoice_id=invoice_id), Found("1001"), is_repeat=False
    )


def test_an_unknown_path_is_not_the_invoices_fault(side: Side) -> None:
    side.control.inject("status", status=404)

    for number in range(50):
        with pytest.raises(Unavailable) as failed:
            report(side, f"i-{number}")
        assert failed.value.about == "settings"
        assert "METRONOME_STATUS_WRITEBACK_PATH" in failed.value.reason


def test_an_unknown_invoice_is_refused_while_metronome_accepts_others(
    side: Side,
) -> None:
    side.control.inject("status", status=404, times=1)
    with pytest.raises(Unavailable):
        report(side, "unknown")
    report(side)
    side.control.inject("status", status=404, times=1)

    with pytest.raises(Rejected) as refused:
        report(side, "unknown")

    assert refused.value.code == "writeback-refused"


def test_earlier_successes_say_nothing_about_a_path_that_has_disappeared(side: Side) -> None:
    report(side)
    side.control.inject("status", status=404)

    for _ in range(3):
        with pytest.raises(Unavailable):
            report(side, "unknown")
