"""Webhooks are signed as Metronome documents it."""

import json
from datetime import UTC, datetime

from invoice_simulators.metronome.webhooks import finalized_event, flat_event, sign, signed_request
from tests.unit.simulators.metronome_client import INVOICE, INVOICE_ID


def test_the_documented_vector_is_reproduced() -> None:
    event = {
        "id": "b2c9e307-624e-4e7d-a5a4-1b74107d78c4",
        "type": "widget_created",
        "properties": {
            "customer_id": "5f794d50-085a-4db6-8d15-286e518b7225",
            "widget_id": "0891458d-b6f0-4fdd-a41e-380aae1a1e38",
        },
    }
    body = json.dumps(event, indent=2).encode()

    headers, sent = signed_request(
        body, "correct-horse-battery-staple", datetime(2006, 1, 2, 22, 4, 5, tzinfo=UTC)
    )

    assert sent == body
    assert headers["Date"] == headers["X-Metronome-Date"] == "Mon, 02 Jan 2006 22:04:05 GMT"
    expected = "b82652fa2246cf1d8a27e591f155c865f68b46c19b9213fd9c052f2419b4742b"
    assert headers["Metronome-Webhook-Signature"] == expected


def test_another_body_has_another_signature() -> None:
    assert sign(b"{}", "secret", "Mon, 02 Jan 2006 22:04:05 GMT") != sign(
        b"{ }", "secret", "Mon, 02 Jan 2006 22:04:05 GMT"
    )


def test_a_retry_is_the_same_event() -> None:
    event = finalized_event(INVOICE)

    assert event == finalized_event(INVOICE)
    assert event["type"] == "invoice.finalized"
    assert event["properties"]["invoice_id"] == INVOICE_ID


def test_a_flat_event_has_no_properties() -> None:
    assert "properties" not in flat_event(INVOICE)
