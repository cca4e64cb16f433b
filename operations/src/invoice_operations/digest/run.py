"""Send the digest to each configured destination."""

from collections.abc import Callable, Iterator
from typing import Protocol

from invoice_operations.clients import Posts
from invoice_operations.digest.digest import Digest
from invoice_operations.digest.mailing import MailServer, message
from invoice_operations.digest.posting import post_text
from invoice_operations.digest.settings import DigestSettings
from invoice_operations.settings import ReadsSettings
from invoice_shared.errors import ConnectorError

Way = tuple[str, Callable[[], None]]


class DigestClients(Protocol):
    """The clients for the digest; see ``installation.Installation``."""

    @property
    def settings(self) -> ReadsSettings:
        """Reads a block of settings."""

    def http(self, system: str) -> Posts:
        """Return the client to post to a system."""


def send(digest: Digest, clients: DigestClients) -> list[str]:
    """Send the digest each way that is set, and return their names. Repeating sends it again.

    A way that fails does not stop the others. Raises the first error at the end.
    """
    sent: list[str] = []
    failures: list[ConnectorError] = []
    for name, go in _ways(digest, clients):
        try:
            go()
        except ConnectorError as error:
            failures.append(error)
        else:
            sent.append(name)
    if failures:
        raise failures[0]
    return sent


def _ways(digest: Digest, clients: DigestClients) -> Iterator[Way]:
    settings = clients.settings(DigestSettings)
    webhook, server = settings.secret("digest_webhook_url"), settings.secret("digest_smtp_url")
    if webhook:
        yield (
            "webhook",
            lambda: post_text(digest.text(), webhook, clients.http("The digest's webhook")),
        )
    if server and settings.digest_from and settings.digest_to:
        mail = message(
            digest.subject, digest.text(), settings.digest_from, settings.digest_to, digest.now
        )
        yield "mail", lambda: MailServer(server, settings.reach).send(mail)
