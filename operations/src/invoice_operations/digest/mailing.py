"""Mail a text over SMTP: the only importer of smtplib."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from urllib.parse import SplitResult, unquote, urlsplit

from invoice_operations.errors import NeedsAttention
from invoice_shared.errors import Unavailable
from invoice_shared.outgoing.outgoing import Reach

# Submission with TLS from the first byte (RFC 8314) or without (RFC 6409).
PORTS = {"smtps": 465, "smtp": 587}


@dataclass(frozen=True, slots=True)
class MailServer:
    """``url`` is ``smtp://`` or ``smtps://``, with user and password if the server needs them."""

    url: str
    reach: Reach

    def send(self, message: EmailMessage) -> None:
        """Send a message. Raises ``NeedsAttention`` if it is refused, or ``Unavailable``.

        User and password are only sent over TLS.
        """
        with self._translated(), self._connected() as server:
            if self._user is not None:
                server.login(self._user, unquote(self._parts.password or ""))
            if refused := server.send_message(message):
                raise NeedsAttention(
                    f"{len(refused)} addresses in DIGEST_TO were refused; the others were accepted."
                )

    @contextmanager
    def _connected(self) -> Iterator[SMTP]:
        tls = self.reach.outgoing.ssl_context
        host, port = self._parts.hostname or "", self._parts.port or PORTS[self._parts.scheme]
        if self._parts.scheme == "smtps":
            with SMTP_SSL(host, port, timeout=self.reach.timeout_seconds, context=tls) as server:
                yield server
            return
        with SMTP(host, port, timeout=self.reach.timeout_seconds) as server:
            server.ehlo_or_helo_if_needed()
            if self._user is not None or server.has_extn("starttls"):
                server.starttls(context=tls)
            yield server

    @contextmanager
    def _translated(self) -> Iterator[None]:
        name = f"The mail server {self._parts.hostname}"
        try:
            yield
        except SMTPAuthenticationError as error:
            raise NeedsAttention(
                f"{name} refuses the user or password of DIGEST_SMTP_URL."
            ) from error
        except (SMTPConnectError, SMTPServerDisconnected) as error:
            raise Unavailable(f"{name} broke the connection off: {_said(error)}.") from error
        except SMTPException as error:  # before OSError, which it is, too
            raise NeedsAttention(f"{name} does not take the digest: {_said(error)}.") from error
        except ssl.SSLCertVerificationError as error:
            raise NeedsAttention(
                f"{name} has a certificate that is not trusted: {error.verify_message}."
            ) from error
        except OSError as error:
            raise Unavailable(f"{name} cannot be reached: {type(error).__name__}.") from error

    @property
    def _user(self) -> str | None:
        return None if self._parts.username is None else unquote(self._parts.username)

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)


def message(subject: str, text: str, sender: str, recipients: str, now: datetime) -> EmailMessage:
    """Return a plain-text mail."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = sender
    mail["To"] = recipients
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain="invoice-connector.invalid")

    mail.set_content(text)
    return mail


def _said(error: SMTPException) -> str:
    code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"
