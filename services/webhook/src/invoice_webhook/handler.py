"""One request: verify, parse, publish, and answer only after the broker has acknowledged."""

import asyncio
import hashlib
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from invoice_shared import headers as names
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.failure import InvoiceFailure, SourcePosition
from invoice_shared.filing import digest, failed_outcome, failure_key, original_of
from invoice_shared.health import Health
from invoice_shared.invoice import RawInvoice
from invoice_shared.kafka.producer import PublishFailed
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.record import Headers
from invoice_shared.serde import to_bytes
from invoice_webhook.events import Ignored, UnusableEvent, parse, record_of
from invoice_webhook.settings import WebhookSettings
from invoice_webhook.signature import InvalidSignature, verify

log = get_logger(__name__)

RETRY_AFTER_SECONDS = "30"


class Sender(Protocol):
    """Hands a record to the broker; the future ends with its answer."""

    def send(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()) -> Future[None]:
        """See ``invoice_shared.kafka.producer.Publisher``."""


class NotAcknowledged(Exception):
    """The broker did not answer in time, or refused: Metronome must try again."""


@dataclass(frozen=True, slots=True)
class WebhookHandler:
    """``handle`` returns 200 only when what the request asked for is on every in-sync replica. Safe to call again."""

    settings: WebhookSettings
    sender: Sender
    clock: Clock
    health: Health
    metrics: Metrics

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one ``POST /webhooks/metronome`` by the table of the contract."""
        body = await request.read()
        with tracing.span("webhook"):
            try:
                self._verify(body, request)
                answer = await self._settle(body)
            except InvalidSignature as error:
                log.warning("webhook refused", why=str(error), remote=request.remote)
                self.metrics.webhook("unauthorized")
                return web.Response(status=401)
            except NotAcknowledged as error:
                log.error("webhook not acknowledged", why=str(error))
                self.metrics.webhook("unavailable")
                return web.Response(status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})
        self.metrics.webhook(answer)
        return web.Response(status=200)

    def _verify(self, body: bytes, request: web.Request) -> None:
        tolerance = self.settings.webhook_tolerance_seconds
        verify(body, request.headers, self.settings.webhook_secrets(), self.clock.now(), tolerance)

    async def _settle(self, body: bytes) -> str:
        try:
            event = parse(body, self.clock.now())
            if isinstance(event, Ignored):
                log.info("event ignored", event_type=event.event_type)
                return "ignored"
            await self._accept(event, record_of(event))
        except UnusableEvent as error:
            await self._file(body, error)
            return "unusable"
        return "accepted"

    async def _accept(self, invoice: RawInvoice, value: bytes) -> None:
        headers = ((names.EVENT_ID, invoice.event_id.encode()), *tracing.outgoing_headers())
        await self._publish(self.settings.raw_invoices_topic, invoice.invoice_id.encode(), value, headers)
        log.info("invoice accepted", invoice_id=invoice.invoice_id, event_id=invoice.event_id)

    async def _file(self, body: bytes, error: UnusableEvent) -> None:
        headers: Headers = () if error.event_id is None else ((names.EVENT_ID, error.event_id.encode()),)
        failure = self._failure(body, error, headers)
        headers += tracing.outgoing_headers()
        await self._publish(self.settings.invoice_errors_topic, failure_key(failure), to_bytes(failure), headers)
        if (outcome := failed_outcome(failure)) is not None:
            topic = self.settings.invoice_outcomes_topic
            await self._publish(topic, outcome.invoice_id.encode(), to_bytes(outcome), headers)
        log.error("event unusable", failure_id=failure.failure_id, invoice_id=error.invoice_id, reason=error.reason)
        self.metrics.failed("webhook", "unusable-event")

    def _failure(self, body: bytes, error: UnusableEvent, headers: Headers) -> InvoiceFailure:
        return InvoiceFailure(
            # From the body, so that Metronome's repeats of one event are one failure.
            failure_id=digest("webhook", "unusable-event", hashlib.sha256(body).hexdigest()),
            stage="webhook",
            code="unusable-event",
            reason=error.reason,
            retryable=False,
            attempts=1,
            failed_at=self.clock.now(),
            invoice_id=error.invoice_id,
            customer_id=error.customer_id,
            destination=None,
            provider_response=None,
            source=SourcePosition(),
            original=original_of(None, headers, body),
            trace_id=tracing.trace_id(),
        )

    async def _publish(self, topic: str, key: bytes, value: bytes, headers: Headers) -> None:
        if (missing := self.health.why("kafka")) is not None:
            # A broker that allows it would otherwise create the missing topic, with defaults that can lose records.
            raise NotAcknowledged(missing)
        acknowledged = asyncio.wrap_future(self.sender.send(topic, key, value, headers))
        try:
            await asyncio.wait_for(acknowledged, self.settings.webhook_ack_timeout_seconds)
        except TimeoutError as error:
            raise NotAcknowledged("the broker did not acknowledge in time") from error
        except PublishFailed as error:
            raise NotAcknowledged(str(error)) from error
