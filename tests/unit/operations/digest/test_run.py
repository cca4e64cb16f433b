"""The digest against a real HTTP server and a real mail server, on loopback."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from invoice_operations.digest.digest import digest_of
from invoice_operations.digest.run import send
from invoice_operations.digest.settings import DigestSettings
from invoice_operations.errors import NeedsAttention
from invoice_operations.tally import Group
from invoice_providers.http import Anonymous, Http
from invoice_shared.errors import Unavailable
from invoice_shared.outgoing.outgoing import Reach
from invoice_shared.serde import loads
from invoice_shared.settings import AnySettings, InvalidSettings, read
from tests.fakes import START
from tests.support.any_server import AnyServer, any_server, written
from tests.support.ports import LOOPBACK, free_port

DIGEST = digest_of([Group("creator", "provider-rejected", START, START, "", 1)], START)
SENDER = "connector@example.com"
RECIPIENTS = "ada@example.com, kim@example.com"
SECRET_PATH = "/services/T000/B000/not-to-be-told"


@dataclass
class Place:
    """The settings for sending the digest."""

    given: dict[str, Any]

    def settings(self, settings_class: type[AnySettings]) -> AnySettings:
        return settings_class(http_timeout_seconds=5, **self.given)

    def http(self, system: str) -> Http:
        return Http(system, Anonymous, Reach(5))


@dataclass
class Mailbox:
    """Accepts mail, except for an address that it is told to refuse."""

    refused: str = ""
    taken: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address == self.refused:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp_url(mailbox: Mailbox) -> Iterator[str]:
    controller = Controller(mailbox, hostname=LOOPBACK, port=free_port())
    controller.start()
    yield f"smtp://{LOOPBACK}:{controller.port}"
    controller.stop()


@pytest.fixture
def webhook() -> Iterator[AnyServer]:
    with any_server() as server:
        server.answer = written(200, {}, b"ok")
        yield server


def by_mail(url: str) -> Place:
    return Place({"digest_smtp_url": url, "digest_from": SENDER, "digest_to": RECIPIENTS})


def test_nothing_is_sent_without_a_recipient() -> None:
    assert send(DIGEST, Place({})) == []


def test_a_webhook_gets_the_text_in_slacks_format(webhook: AnyServer) -> None:
    assert send(DIGEST, Place({"digest_webhook_url": webhook.url + SECRET_PATH})) == ["webhook"]

    assert loads(webhook.bodies[0]) == {"text": DIGEST.text()}


@pytest.mark.parametrize(
    ("status", "error"), [(404, NeedsAttention), (302, NeedsAttention), (503, Unavailable)]
)
def test_a_webhook_that_refuses_is_reported_without_its_address(
    webhook: AnyServer, status: int, error: type[Exception]
) -> None:
    webhook.answer = written(status, {}, b"no_service")

    with pytest.raises(error, match=f"answered {status}") as refused:
        send(DIGEST, Place({"digest_webhook_url": webhook.url + SECRET_PATH}))
    assert "not-to-be-told" not in str(refused.value)


def test_mail_goes_to_everybody(mailbox: Mailbox, smtp_url: str) -> None:
    assert send(DIGEST, by_mail(smtp_url)) == ["mail"]

    mail = message_from_bytes(mailbox.taken[0], policy=default)
    assert (mail["Subject"], mail["From"], mail["To"]) == (DIGEST.subject, SENDER, RECIPIENTS)
    assert mail.get_content().splitlines() == DIGEST.text().splitlines()


def test_a_refused_address_is_reported_even_if_others_were_accepted(
    mailbox: Mailbox, smtp_url: str
) -> None:
    mailbox.refused = "kim@example.com"

    with pytest.raises(NeedsAttention, match="1 addresses in DIGEST_TO"):
        send(DIGEST, by_mail(smtp_url))
    assert len(mailbox.taken) == 1


def test_a_password_is_sent_only_over_tls(mailbox: Mailbox, smtp_url: str) -> None:
    with pytest.raises(NeedsAttention, match="does not take the digest"):
        send(DIGEST, by_mail(smtp_url.replace("//", "//kim:not-to-be-told@")))
    assert mailbox.taken == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a key and a self-signed certificate for the loopback address to one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem)
    )
    return file


@pytest.fixture
def secured(mailbox: Mailbox, certificate: Path) -> Iterator[str]:
    """Yield a mail server that offers STARTTLS and knows one user, whose password has a blank and
    an @.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def knows(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        return AuthResult(
            success=(given.login, given.password) == (b"kim", b"a b@c"), handled=False
        )

    controller = Controller(
        mailbox,
        hostname=LOOPBACK,
        port=free_port(),
        tls_context=context,
        authenticator=knows,
        auth_required=True,
    )
    controller.start()
    yield f"smtp://USER@{LOOPBACK}:{controller.port}"
    controller.stop()


def test_user_and_password_are_sent_over_starttls(
    mailbox: Mailbox, secured: str, certificate: Path
) -> None:
    trusting = {"ca_location": str(certificate)}

    assert send(
        DIGEST, Place(by_mail(secured.replace("USER", "kim:a%20b%40c")).given | trusting)
    ) == ["mail"]
    with pytest.raises(NeedsAttention, match="user or password of DIGEST_SMTP_URL"):
        send(DIGEST, Place(by_mail(secured.replace("USER", "kim:wrong")).given | trusting))
    assert len(mailbox.taken) == 1


def test_an_untrusted_mail_server_gets_nothing(mailbox: Mailbox, secured: str) -> None:
    with pytest.raises(NeedsAttention, match="not trusted"):
        send(DIGEST, by_mail(secured.replace("USER", "kim:a%20b%40c")))
    assert mailbox.taken == []


def test_a_failure_of_one_channel_does_not_stop_the_other(mailbox: Mailbox, smtp_url: str) -> None:
    nowhere = {"digest_webhook_url": f"http://{LOOPBACK}:{free_port()}{SECRET_PATH}"}

    with pytest.raises(Unavailable):
        send(DIGEST, Place(by_mail(smtp_url).given | nowhere))
    assert len(mailbox.taken) == 1


def test_a_mail_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(Unavailable, match=f"{LOOPBACK} cannot be reached"):
        send(DIGEST, by_mail(f"smtp://{LOOPBACK}:{free_port()}"))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"DIGEST_WEBHOOK_URL": "hooks.example.com"}, "DIGEST_WEBHOOK_URL"),
        ({"DIGEST_WEBHOOK_URL": "http://hooks.example.com/x"}, "http://"),
        (
            {
                "DIGEST_SMTP_URL": "https://mail.example.com",
                "DIGEST_FROM": SENDER,
                "DIGEST_TO": SENDER,
            },
            "smtps://",
        ),
        ({"DIGEST_SMTP_URL": "smtp://mail.example.com", "DIGEST_FROM": SENDER}, "DIGEST_TO"),
        (
            {
                "DIGEST_SMTP_URL": "smtp://m.example.com",
                "DIGEST_FROM": "nobody",
                "DIGEST_TO": SENDER,
            },
            "DIGEST_FROM",
        ),
    ],
)
def test_malformed_digest_settings_are_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], problem: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSettings, match=problem):
        read(DigestSettings)
