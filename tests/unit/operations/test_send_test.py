"""A signed event for the webhook, verified by the webhook's own code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from multidict import CIMultiDict

from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.send_test import send_test
from invoice_operations.settings import WebhookSecretSettings
from invoice_shared.answer import Answer
from invoice_shared.errors import Unavailable, Uncertain
from invoice_shared.settings import AnySettings
from invoice_webhook.events import Ignored, parse
from invoice_webhook.signature import claim_of, verify
from tests.fakes import START, FakeClock

SECRET = "whsec-4f2a9c71d0e85b36"
URL = "https://hooks.example.com/webhooks/metronome"


@dataclass
class Ingress:
    """Keeps what it is sent, and answers as a test says."""

    answer: int | Exception = 200
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)

    def settings(self, _settings_class: type[AnySettings]) -> AnySettings:
        return WebhookSecretSettings(metronome_webhook_secret=SECRET)  # type: ignore[return-value]

    def http(self, _system: str) -> "Ingress":
        return self

    def post(self, _url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.bodies.append(body)
        self.headers.append(headers)
        return Answer(self.answer, {}, b"")


def test_it_is_signed_as_by_metronome_and_is_not_about_an_invoice() -> None:
    ingress = Ingress()

    send_test(URL, ingress)

    claim = claim_of(CIMultiDict(ingress.headers[0]), START + timedelta(seconds=1), 300)
    verify(ingress.bodies[0], claim, [SECRET])
    assert isinstance(parse(ingress.bodies[0], START), Ignored)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "METRONOME_WEBHOOK_SECRET"),
        (404, "/webhooks/metronome"),
        (503, "/readyz"),
        (302, "in front of it"),
    ],
)
def test_any_other_answer_says_what_to_do(status: int, said: str) -> None:
    with pytest.raises(NeedsAttention, match=f"answered {status}.*{said}"):
        send_test(URL, Ingress(status))


def test_a_lost_answer_is_not_a_doubt_since_the_event_has_no_effect() -> None:
    with pytest.raises(Unavailable):
        send_test(URL, Ingress(Uncertain("The webhook gave no answer.")))


def test_an_invalid_address_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="full address"):
        send_test("hooks.example.com", Ingress())
