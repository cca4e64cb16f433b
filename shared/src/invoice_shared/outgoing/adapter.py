"""``requests`` told what ``Outgoing`` says, whatever the environment, or a netrc file, says."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from invoice_shared.outgoing.outgoing import Outgoing


class OutgoingAdapter(HTTPAdapter):
    """Sends each request on its way.

    A ``verify`` that is a path stays: OpenTelemetry has a variable of its own.
    """

    def __init__(self, outgoing: Outgoing, **options: Any) -> None:
        self._outgoing = outgoing
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Check certificates by our own context."""
        super().init_poolmanager(*args, ssl_context=self._outgoing.ssl_context, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Check certificates by our own context behind a proxy, too."""
        return super().proxy_manager_for(proxy, ssl_context=self._outgoing.ssl_context, **options)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the context as it is: the library would read its own authorities into it for each
        connection.
        """
        if verify is not True or cert is not None:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]  # in the stubs

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Send a request."""
        options["proxies"] = self._outgoing.proxies(request.url or "")
        return super().send(request, *args, **options)


def attach(session: requests.Session, adapter: OutgoingAdapter) -> None:
    """Have a session send everything by an adapter, and read no environment."""
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)
