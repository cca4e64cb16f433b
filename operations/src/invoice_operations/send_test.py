"""Send a signed test event to the webhook, as Metronome would, that concerns no invoice."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from invoice_operations.clients import Posts
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.settings import ReadsSettings, WebhookSecretSettings
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import Unavailable, Uncertain
from invoice_shared.serde import dumps
from invoice_shared.setting_types import checked_address
from invoice_shared.types import time_text
from invoice_webhook.signature import DATE_HEADERS, SIGNATURE_HEADER, sign

TYPE = "connector.test"
# What the webhook's answers mean for the person who set it up.
ADVICE = {
    401: (
        "refused the signature. Set METRONOME_WEBHOOK_SECRET to the webhook's own secret, and"
        " compare the clocks"
    ),
    403: "was blocked on the way. Check the ingress or the firewall in front of the webhook",
    404: "was not found. The path is /webhooks/metronome",
    405: "does not accept POST. The path is /webhooks/metronome",
    503: "cannot accept events now. Its /readyz says why",
}


class SendTestClients(Protocol):
    """The clients for this; see ``installation.Installation``."""

    @property
    def clock(self) -> Clock:
        """The clock for the event's signature."""

    @property
    def settings(self) -> ReadsSettings:
        """Reads a block of settings."""

    def http(self, system: str) -> Posts:
        """Return the client to post to a system."""


def send_test(url: str, clients: SendTestClients) -> str:
    """Send an event that the webhook answers and ignores; return its id.

    Raises ``InvalidRequest`` for an invalid address, ``NeedsAttention`` for any answer but 200, and
    ``Unavailable`` if there is no answer.
    """
    _check_address(url)
    secret = clients.settings(WebhookSecretSettings).credential("metronome_webhook_secret")
    event_id, now = str(uuid.uuid4()), clients.clock.now()
    body = dumps({"id": event_id, "type": TYPE, "timestamp": time_text(now), "properties": {}})
    answer = _answer(url, body, _headers(body, secret, now), clients.http("The webhook"))
    if answer.status != 200:
        advice = ADVICE.get(
            answer.status, "is not the webhook's answer. Check what is in front of it"
        )
        raise NeedsAttention(f"{url} answered {answer.status}: it {advice}.")
    return event_id


def _check_address(url: str) -> None:
    try:
        checked_address(url)
    except ValueError as error:
        raise InvalidRequest(
            f'"{url}" {error}: use the full address with /webhooks/metronome.'
        ) from error


def _headers(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    date = format_datetime(now, usegmt=True)
    return {
        "Content-Type": "application/json",
        DATE_HEADERS[0]: date,
        SIGNATURE_HEADER: sign(body, date, secret),
    }


def _answer(url: str, body: bytes, headers: Mapping[str, str], http: Posts) -> Answer:
    try:
        return http.post(url, body, headers)
    except Uncertain as error:  # a test event changes nothing there
        raise Unavailable(error.reason) from error
