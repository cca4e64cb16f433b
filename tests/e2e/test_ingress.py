"""The answers to Metronome, over a real socket and a real broker."""

import http.client
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from invoice_simulators.metronome.webhooks import flat_event, signed_request
from tests.e2e.connector import Connector
from tests.e2e.originals import bytes_of
from tests.support.broker import Broker
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

INVOICE = {"id": "inv-1", "customer_id": "cus-1"}
PATH = "/webhooks/metronome"


def finalized(**properties: Any) -> dict[str, Any]:
    facts = {
        "invoice_id": "inv-1",
        "customer_id": "cus-1",
        "invoice_finalized_date": "2026-11-01T00:00:00.000Z",
    }
    return {"id": "ev-1", "type": "invoice.finalized", "properties": facts | properties}


@pytest.fixture
def ingress(connector: Connector) -> Connector:
    connector.start("invoice-webhook")
    return connector


def test_a_signed_invoice_is_answered_200_and_is_in_the_topic_under_its_id(
    ingress: Connector,
) -> None:
    assert ingress.deliver(finalized()) == 200

    (record,) = ingress.topics.read("raw-invoices")
    assert record.key == b"inv-1"
    assert record.headers.keys() == {"event-id", "traceparent"}
    assert record.json["payload"] == finalized()
    assert (record.json["source"], record.json["finalized_at"]) == (
        "webhook",
        "2026-11-01T00:00:00.000Z",
    )


def test_another_event_is_answered_200_and_produces_nothing(ingress: Connector) -> None:
    assert ingress.deliver(flat_event(INVOICE)) == 200
    assert (
        ingress.deliver({"id": "ev-2", "type": "alerts.spend_threshold_reached", "properties": {}})
        == 200
    )

    assert ingress.topics.read("raw-invoices") == []
    assert ingress.topics.read("invoice-errors") == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(finalized(invoice_id=None), id="no invoice id"),
        pytest.param(finalized(customer_id=7), id="customer id of another type"),
        pytest.param(
            b'{"type":"invoice.finalized","properties":{"invoice_id":"\\ud800","customer_id":"c"}}',
            id="half a surrogate pair",
        ),
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b"not JSON", id="not JSON"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[" * 50_000, id="nested too deep"),
    ],
)
def test_an_unusable_signed_body_is_filed_with_its_bytes(
    ingress: Connector, body: Mapping[str, Any] | bytes
) -> None:
    assert ingress.deliver(body) == 200

    (failure,) = ingress.failures()
    assert (failure["stage"], failure["code"]) == ("webhook", "unusable-event")
    assert (
        bytes_of(failure["original"], "value") == signed_request(body, "any", datetime.now(UTC))[1]
    )
    assert ingress.topics.read("raw-invoices") == []


def test_an_unverified_request_is_answered_401_and_produces_nothing(
    ingress: Connector,
) -> None:
    now = datetime.now(UTC)
    wrong_secret = signed_request(finalized(), "another-secret", now)
    stale = signed_request(finalized(), ingress.outside.webhook_secret, now - timedelta(minutes=6))
    early = signed_request(finalized(), ingress.outside.webhook_secret, now + timedelta(minutes=6))
    headers, body = signed_request(finalized(), ingress.outside.webhook_secret, now)

    assert [ask(ingress, "POST", *request)[0] for request in (wrong_secret, stale, early)] == [
        401,
        401,
        401,
    ]
    assert ask(ingress, "POST", headers, body + b" ")[0] == 401
    assert ask(ingress, "POST", {}, body) == (401, b"")
    assert ingress.topics.read("raw-invoices") == []
    assert ingress.topics.read("invoice-errors") == []


def test_a_body_that_is_too_large_and_other_methods_and_paths_are_refused(
    ingress: Connector,
) -> None:
    headers, body = signed_request(
        b"x" * 262_145, ingress.outside.webhook_secret, datetime.now(UTC)
    )

    assert ask(ingress, "POST", headers, body)[0] == 413
    assert ask(ingress, "GET", {}, b"")[0] == 405
    assert ask(ingress, "POST", {}, b"", "/")[0] == 404


@pytest.mark.real_broker
def test_without_a_broker_it_asks_for_a_retry_and_later_accepts_the_invoice(
    ingress: Connector, broker: Broker
) -> None:
    broker.kill()
    try:
        refused = ingress.deliver(finalized())
    finally:
        broker.restart()

    assert refused == 503
    eventually(lambda: ingress.deliver(finalized()) == 200, timeout=60)
    assert {record.key for record in ingress.topics.read("raw-invoices")} == {b"inv-1"}


def ask(
    ingress: Connector, method: str, headers: Mapping[str, str], body: bytes, path: str = PATH
) -> tuple[int, bytes]:
    """Send one request unchanged; return status and body."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", ingress.services["invoice-webhook"].webhook_port, timeout=30
    )
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
