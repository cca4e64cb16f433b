"""Make ``requests`` follow ``Outgoing`` and ignore the environment and netrc files."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from invoice_shared.outgoing.outgoing import Outgoing


class OutgoingAdapter(HTTPAdapter):
    """Sends each request as ``Outgoing`` says.

    A ``verify`` that is a path is kept, because OpenTelemetry has its own variable for it.
    """

    def __init__(self, outgoing: Outgoing, **options: Any) -> None:
        self._outgoing = outgoing
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Check certificates with our own context."""
        super().init_poolmanager(*args, ssl_context=self._outgoing.ssl_context, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Check certificates with our own context, also through a proxy."""
        return super().proxy_manager_for(proxy, ssl_context=self._outgoing.ssl_context, **options)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Keep our context: ``requests`` would load its own authorities per connection."""
        if verify is not True or cert is not None:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]  # untyped in the stubs

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Send a request through its proxy, if any."""
        options["proxies"] = self._outgoing.proxies(request.url or "")
        return super().send(request, *args, **options)


def attach(session: requests.Session, adapter: OutgoingAdapter) -> None:
    """Send all of a session's requests through an adapter, without reading the environment."""
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)
