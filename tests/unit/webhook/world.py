"""The real ingress on a loopback port, with a publisher that keeps what it was given."""

import asyncio
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import ClientResponse, ClientSession

from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.publishing import AsyncPublisher
from invoice_shared.serde import dumps
from invoice_webhook.answer_log import AnswerLog
from invoice_webhook.app import Ingress as App
from invoice_webhook.body_reader import BodyReader
from invoice_webhook.handler import PATH, WebhookHandler
from invoice_webhook.settings import WebhookSettings
from invoice_webhook.signature import sign
from invoice_webhook.webhook_secrets import WebhookSecrets
from tests.fakes import START, FakeAsyncPublisher, FakeClock, FakePublisher

SECRET = "a-secret-of-a-webhook"
BODY = dumps(
    {
        "id": "e-1",
        "type": "invoice.finalized",
        "properties": {"invoice_id": "i-1", "customer_id": "c-1"},
    }
)
CONNECTIONS = 10


class Client:
    """A raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, data: bytes) -> tuple[int, str]:
        """Send, and return status and head of the next answer."""
        self.writer.write(data)
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 30)).decode()
        return int(head.split()[1]), head

    async def is_closed(self) -> bool:
        """Wait for the end of what the server sends."""
        try:
            return await asyncio.wait_for(self.reader.read(), 30) == b""
        except ConnectionResetError:
            return True


class Ingress:
    """The real ingress on a loopback port."""

    def __init__(
        self, publisher: FakePublisher, acknowledged: AsyncPublisher | None = None, **changes: Any
    ) -> None:
        settings = settings_of(**changes)
        self.publisher = publisher
        self.clock = FakeClock()
        self.health = Health(self.clock, 120)
        self.metrics = Metrics()
        self.secrets = WebhookSecrets(settings)
        self.body_reader = BodyReader(
            settings.webhook_max_body_bytes, 1_000_000, 10, self.clock.monotonic
        )
        handler = WebhookHandler(
            settings,
            self.secrets,
            self.body_reader,
            acknowledged or FakeAsyncPublisher(publisher),
            self.clock,
            self.health,
            self.metrics,
        )
        answers = AnswerLog(self.metrics, self.clock, settings.webhook_trusted_proxies)
        self.app = App(handler, answers, CONNECTIONS, self.body_reader.end_overdue)
        self.app.open("127.0.0.1", 0)
        self.clients: list[Client] = []
        self.client = ClientSession(f"http://127.0.0.1:{self.app.port}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()
        for client in self.clients:
            client.writer.close()
        await self.app.close(1)

    async def connect(self) -> Client:
        """Open a raw connection, which ends with the ingress."""
        self.clients.append(Client(*await asyncio.open_connection("127.0.0.1", self.app.port)))
        return self.clients[-1]

    async def post(self, body: bytes = BODY, secret: str = SECRET) -> ClientResponse:
        return await self.client.post(PATH, data=body, headers=self.head(body, secret))

    def head(self, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
        date = format_datetime(START, usegmt=True)
        return {"X-Metronome-Date": date, "Metronome-Webhook-Signature": sign(body, date, secret)}


def settings_of(**changes: Any) -> WebhookSettings:
    known: dict[str, Any] = {"metronome_webhook_secret": SECRET, "webhook_max_body_bytes": 1000}
    return WebhookSettings(**(known | changes))
