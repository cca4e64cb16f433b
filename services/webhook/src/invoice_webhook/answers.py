"""The webhook's responses, each with the name that metrics and log use."""

from collections.abc import Mapping

from aiohttp import web

RETRY_AFTER_SECONDS = "30"
RETRY_AFTER = {"Retry-After": RETRY_AFTER_SECONDS}
STATUS = {
    "accepted": 200,
    "ignored": 200,
    "unusable": 200,
    "bad-request": 400,
    "disconnected": 400,
    "unauthorized": 401,
    "not-found": 404,
    "method-not-allowed": 405,
    "timeout": 408,
    "too-large": 413,
    "expectation-failed": 417,
    "error": 500,
    "unavailable": 503,
    "overloaded": 503,
    "no-secret": 503,
}
HEADERS: Mapping[str, Mapping[str, str]] = {
    "method-not-allowed": {"Allow": "POST"},
    "unavailable": RETRY_AFTER,
    "overloaded": RETRY_AFTER,
    "no-secret": RETRY_AFTER,
}
# The connection is closed: the sender did not send its whole body in time.
CLOSING = ("timeout", "overloaded")


class Answer(web.Response):
    """A response without a body. ``why`` and ``size`` are only for our log."""

    def __init__(self, name: str, why: str = "", size: int | None = None) -> None:
        super().__init__(status=STATUS[name], headers=HEADERS.get(name))
        self.name = name
        self.why = why
        self.size = size
        if name in CLOSING:
            self.force_close()


class Refused(Exception):
    """The request is refused; ``name`` is the response's name."""

    def __init__(self, name: str, why: str, size: int | None = None) -> None:
        super().__init__(why)
        self.name = name
        self.why = why
        self.size = size

    def answer(self) -> Answer:
        """Return the response, which does not contain the reason."""
        return Answer(self.name, self.why, self.size)


def name_of(response: web.StreamResponse) -> str:
    """Return a response's name; aiohttp's own are for malformed requests and for our errors."""
    if isinstance(response, Answer):
        return response.name
    return "bad-request" if response.status < 500 else "error"
