"""One request: verify, parse, publish, and answer only after the broker has acknowledged."""

import hashlib
from dataclasses import dataclass

from aiohttp import web

from invoice_shared import headers as names
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.failure import InvoiceFailure, SourcePosition
from invoice_shared.filing import digest, failed_outcome, settlement_records
from invoice_shared.health import Health
from invoice_shared.invoice import RawInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.original import original_of
from invoice_shared.publishing import AsyncPublisher, PublishFailed, RecordTooLarge
from invoice_shared.record import Headers, OutgoingRecord
from invoice_webhook.events import Ignored, UnusableEvent, parse, record_of, unusable
from invoice_webhook.settings import WebhookSettings
from invoice_webhook.signature import InvalidSignature, verify

log = get_logger(__name__)

RETRY_AFTER_SECONDS = "30"


@dataclass(frozen=True, slots=True)
class WebhookHandler:
    """``handle`` returns 200 only when what the request asked for is on every in-sync replica. Safe to call again."""

    settings: WebhookSettings
    publisher: AsyncPublisher
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
            except PublishFailed as error:
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
        record = OutgoingRecord(self.settings.raw_invoices_topic, invoice.invoice_id.encode(), value, headers)
        try:
            await self._publish(record)
        except RecordTooLarge as error:
            raise unusable(invoice, "is larger than the topic takes") from error
        log.info("invoice accepted", invoice_id=invoice.invoice_id, event_id=invoice.event_id)

    async def _file(self, body: bytes, error: UnusableEvent) -> None:
        headers: Headers = () if error.event_id is None else ((names.EVENT_ID, error.event_id.encode()),)
        failure = self._failure(body, error, headers)
        headers += tracing.outgoing_headers()
        outcome = failed_outcome(failure)
        for record in settlement_records(failure, outcome, headers=headers, topics=self.settings):
            await self._publish(record)
        log.error("event unusable", failure_id=failure.failure_id, invoice_id=error.invoice_id, reason=error.reason)
        self.metrics.failed("webhook", "unusable-event")

    def _failure(self, body: bytes, error: UnusableEvent, headers: Headers) -> InvoiceFailure:
        return InvoiceFailure(
            # From the body, so that Metronome's repeats of one event are one failure.
            failure_id=digest("webhook", "unusable-event", hashlib.sha256(body).hexdigest()),
            stage="webhook",
            code="unusable-event",
            reason=error.reason,
            # Its ids are enough to fetch the invoice.
            retryable=error.invoice_id is not None and error.customer_id is not None,
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

    async def _publish(self, record: OutgoingRecord) -> None:
        if (missing := self.health.why("kafka")) is not None:
            # A broker that allows it would otherwise create the missing topic, with defaults that can lose records.
            raise PublishFailed(missing)
        await self.publisher.publish(record)
