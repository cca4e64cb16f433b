"""Handle one request: verify, parse, publish, and answer after the broker's acknowledgement."""

from dataclasses import dataclass

from aiohttp import HttpVersion11, web

from invoice_shared import headers as names
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.filing import About, failed_outcome, failure_of_body, settlement_records
from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.publishing import AsyncPublisher, PublishFailed, RecordTooLarge
from invoice_shared.record import Headers, OutgoingRecord
from invoice_webhook.answers import Answer, Refused
from invoice_webhook.body_reader import BodyReader
from invoice_webhook.connections import Connection
from invoice_webhook.events import Finalized, Ignored, UnusableEvent, parse, record_of, unusable
from invoice_webhook.settings import WebhookSettings
from invoice_webhook.signature import Claim, InvalidSignature, claim_of, verify
from invoice_webhook.webhook_secrets import WebhookSecrets

log = get_logger(__name__)

PATH = "/webhooks/metronome"


@dataclass(frozen=True, slots=True)
class WebhookHandler:
    """``handle`` returns 200 only when the request's record is on every in-sync replica.

    Repeatable.
    """

    settings: WebhookSettings
    secrets: WebhookSecrets
    body_reader: BodyReader
    publisher: AsyncPublisher
    clock: Clock
    health: Health
    metrics: Metrics

    async def handle(self, request: web.BaseRequest, connection: Connection) -> Answer:
        """Return the response to one request, by the contract's table."""
        try:
            claim = self._check_head(request)
            await _let_it_send(request)
            body = await self.body_reader.read(request.content)
            self._verify(body, claim)
            connection.verified()
            with tracing.span("webhook"):
                return Answer(await self._settle(body))
        except Refused as refused:
            return refused.answer()
        except PublishFailed as error:
            return Answer("unavailable", str(error))

    def _check_head(self, request: web.BaseRequest) -> Claim:
        """Refuse a request by its head, before its body is read."""
        if request.rel_url.raw_path != PATH:
            raise Refused("not-found", "the path is not the webhook's")
        if request.method != "POST":
            raise Refused("method-not-allowed", "the method is not POST")
        self.body_reader.check_size(request.content_length or 0)
        try:
            claim = claim_of(
                request.headers, self.clock.now(), self.settings.webhook_tolerance_seconds
            )
        except InvalidSignature as error:
            raise Refused("unauthorized", str(error)) from error
        if not self.secrets.known.accepted and not (secrets := self.secrets.now()).accepted:
            raise Refused("no-secret", secrets.problem)
        return claim

    def _verify(self, body: bytes, claim: Claim) -> None:
        secrets = self.secrets.now()
        try:
            verify(body, claim, secrets.accepted)
        except InvalidSignature as error:
            if secrets.problem:  # the missing secret may have signed it
                raise Refused("no-secret", secrets.problem) from error
            raise Refused("unauthorized", str(error)) from error

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

    async def _accept(self, invoice: Finalized, value: bytes) -> None:
        headers = ((names.EVENT_ID, invoice.event_id.encode()), *tracing.outgoing_headers())
        record = OutgoingRecord(
            self.settings.raw_invoices_topic, invoice.invoice_id.encode(), value, headers
        )
        try:
            await self._publish(record)
        except RecordTooLarge as error:
            raise unusable(invoice, "is larger than the topic takes") from error
        log.info("invoice accepted", invoice_id=invoice.invoice_id, event_id=invoice.event_id)

    async def _file(self, body: bytes, error: UnusableEvent) -> None:
        headers: Headers = (
            () if error.event_id is None else ((names.EVENT_ID, error.event_id.encode()),)
        )
        about = About(error.invoice_id, error.customer_id)
        now = self.clock.now()
        failure = failure_of_body(body, error.reason, about=about, headers=headers, now=now)
        headers += tracing.outgoing_headers()
        outcome = failed_outcome(failure)
        for record in settlement_records(failure, outcome, headers=headers, topics=self.settings):
            await self._publish(record)
        log.error(
            "event unusable",
            failure_id=failure.failure_id,
            invoice_id=error.invoice_id,
            reason=error.reason,
        )
        self.metrics.failed("webhook", "unusable-event")

    async def _publish(self, record: OutgoingRecord) -> None:
        if (missing := self.health.why("kafka")) is not None:
            # Otherwise the broker could create the missing topic, with defaults that can lose
            # records.
            raise PublishFailed(missing)
        await self.publisher.publish(record)


async def _let_it_send(request: web.BaseRequest) -> None:
    """Answer ``Expect: 100-continue``, so that the sender sends its body."""
    expected = request.headers.get("Expect")
    if expected is None or request.version < HttpVersion11:
        return
    if expected.lower() != "100-continue":
        raise Refused("expectation-failed", "the Expect header is not 100-continue")
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    # The response follows: aiohttp would count these bytes as a part of it.
    request.writer.output_size = 0
