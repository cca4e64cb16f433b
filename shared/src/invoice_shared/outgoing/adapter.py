"""``requests`` told what ``Outgoing`` says, whatever the environment, or a netrc file, says."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from invoice_shared.outgoing.outgoing import Outgoing


class OutgoingAdapter(HTTPAdapter):
    """Sends each request on its way. A ``verify`` that is a path stays: OpenTelemetry has a variable of its own."""

    def __init__(self, outgoing: Outgoing, **options: Any) -> None:
        self._outgoing = outgoing
        self._authorities = outgoing.authorities()
        super().__init__(**options)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send a request."""
        options["proxies"] = self._outgoing.proxies(request.url or "")
        if options.get("verify") is True:
            options["verify"] = self._authorities
        return super().send(request, *args, **options)


def attach(session: requests.Session, adapter: OutgoingAdapter) -> None:
    """Have a session send everything by an adapter, and read no environment."""
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)
