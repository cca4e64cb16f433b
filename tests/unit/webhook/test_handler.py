"""The ingress table of the contract, over a real socket and a publisher that keeps what it was
given.
"""

import hashlib
from collections.abc import AsyncIterator
from typing import cast

import pytest
from confluent_kafka import Producer

from invoice_shared.kafka.loop_publisher import LoopPublisher
from invoice_shared.serde import dumps
from invoice_webhook.handler import PATH
from tests.fakes import FakePublisher
from tests.unit.shared.kafka.fakes import FakeProducer
from tests.unit.webhook.world import Ingress


@pytest.fixture
async def ingress() -> AsyncIterator[Ingress]:
    async with Ingress(FakePublisher()) as opened:
        yield opened


async def test_a_finalized_invoice_is_published_under_its_id_and_answered_200(
    ingress: Ingress,
) -> None:
    answer = await ingress.post()

    (record,) = ingress.publisher.to("raw-invoices")
    assert answer.status == 200
    assert record.key == b"i-1"
    assert record.json["payload"]["id"] == "e-1"
    assert ("event-id", b"e-1") in record.headers


async def test_another_event_is_answered_200_and_nothing_is_published(ingress: Ingress) -> None:
    assert (await ingress.post(dumps({"id": "e", "type": "alerts.low"}))).status == 200
    assert ingress.publisher.published == []


@pytest.mark.parametrize(
    "body", [b"no json", b"[]", dumps({"type": "invoice.finalized", "id": "e-9"})]
)
async def test_an_unusable_event_is_answered_200_after_it_is_filed_with_its_bytes(
    ingress: Ingress, body: bytes
) -> None:
    answer = await ingress.post(body)

    (failure,) = ingress.publisher.to("invoice-errors")
    assert answer.status == 200
    assert (failure.json["stage"], failure.json["code"]) == ("webhook", "unusable-event")
    assert failure.json["original"]["value"] == body.decode()
    assert failure.key in {b"e-9", hashlib.sha256(body).hexdigest().encode()}


async def test_a_body_without_ids_that_is_not_utf8_has_its_bytes_as_key(
    ingress: Ingress,
) -> None:
    await ingress.post(b"\xff\xfe")

    (failure,) = ingress.publisher.to("invoice-errors")
    assert failure.key == hashlib.sha256(b"\xff\xfe").hexdigest().encode()


async def test_the_same_unusable_event_again_is_the_same_failure(ingress: Ingress) -> None:
    await ingress.post(b"no json")
    await ingress.post(b"no json")

    first, second = ingress.publisher.to("invoice-errors")
    assert first.json["failure_id"] == second.json["failure_id"]


async def test_an_unusable_event_that_names_its_invoice_enters_the_ledger(ingress: Ingress) -> None:
    await ingress.post(dumps({"type": "invoice.finalized", "properties": {"invoice_id": "i-7"}}))

    (entry,) = ingress.publisher.to("invoice-outcomes")
    assert (entry.key, entry.json["outcome"], entry.json["code"]) == (
        b"i-7",
        "failed",
        "unusable-event",
    )


async def test_an_unusable_event_too_large_for_its_topic_is_filed_without_its_bytes() -> None:
    small = Ingress(FakePublisher(max_bytes=1_000))
    body = b"no json".ljust(900)
    async with small:
        answer = await small.post(body)

    (failure,) = small.publisher.to("invoice-errors")
    assert answer.status == 200
    assert (failure.json["original"]["value"], failure.json["original"]["omitted"]) == (None, 900)
    assert failure.key == hashlib.sha256(body).hexdigest().encode()


async def test_an_event_too_large_for_its_topic_is_filed_so_that_it_can_be_replayed() -> None:
    ids = {"invoice_id": "i-1", "customer_id": "c-1", "text": "x" * 800}
    small = Ingress(FakePublisher(max_bytes=1_000))
    async with small:
        answer = await small.post(
            dumps({"id": "e-1", "type": "invoice.finalized", "properties": ids})
        )

    failure, outcome = small.publisher.published
    assert answer.status == 200
    assert [failure.json[name] for name in ("code", "invoice_id", "customer_id", "retryable")] == [
        "unusable-event",
        "i-1",
        "c-1",
        True,
    ]
    assert (outcome.topic, outcome.key) == ("invoice-outcomes", b"i-1")


async def test_a_wrong_signature_is_answered_401_without_a_reason_and_nothing_is_published(
    ingress: Ingress,
) -> None:
    answer = await ingress.post(secret="another")

    assert (answer.status, await answer.read()) == (401, b"")
    assert ingress.publisher.published == []


async def test_a_body_at_the_limit_is_accepted_and_one_over_it_is_answered_413(
    ingress: Ingress,
) -> None:
    assert (await ingress.post(dumps({"type": "x"}).ljust(1000))).status == 200
    assert (await ingress.post(dumps({"type": "x"}).ljust(1001))).status == 413


async def test_other_methods_and_paths_are_refused(ingress: Ingress) -> None:
    assert (await ingress.client.get(PATH)).status == 405
    assert (await ingress.client.post("/elsewhere")).status == 404


async def test_a_refusal_by_the_broker_is_answered_503_with_retry_after(ingress: Ingress) -> None:
    ingress.publisher.fail()

    answer = await ingress.post()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")


async def test_a_silent_broker_is_answered_503_with_retry_after() -> None:
    producer = cast("Producer", FakeProducer(silent=True))
    silent = Ingress(FakePublisher(), LoopPublisher(lambda: producer, 0.05))
    async with silent:
        answer = await silent.post()

    assert (answer.status, "Retry-After" in answer.headers) == (503, True)


async def test_nothing_is_published_while_a_topic_is_missing(ingress: Ingress) -> None:
    ingress.health.missing("kafka", "These topics do not exist: raw-invoices.")

    assert (await ingress.post()).status == 503
    assert ingress.publisher.published == []


async def test_a_request_that_arrived_before_the_shutdown_is_accepted(ingress: Ingress) -> None:
    ingress.health.missing("ingress", "shutting down")

    assert (await ingress.post()).status == 200


async def test_every_answer_is_counted(ingress: Ingress) -> None:
    await ingress.post()
    await ingress.post(secret="another")

    text = ingress.metrics.exposition().decode()
    assert 'invoice_connector_webhook_requests_total{answer="accepted"} 1.0' in text
    assert 'invoice_connector_webhook_requests_total{answer="unauthorized"} 1.0' in text
