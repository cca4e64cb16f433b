"""The answers of the ingress: each has a name, under which it is counted and logged."""

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
# The sender has not sent its whole body, and has had its time.
CLOSING = ("timeout", "overloaded")


class Answer(web.Response):
    """An answer without a body. ``why`` and ``size`` are for our log only, never for the sender."""

    def __init__(self, name: str, why: str = "", size: int | None = None) -> None:
        super().__init__(status=STATUS[name], headers=HEADERS.get(name))
        self.name = name
        self.why = why
        self.size = size
        if name in CLOSING:
            self.force_close()


class Refused(Exception):
    """The request is not taken: the answer is its ``name``."""

    def __init__(self, name: str, why: str, size: int | None = None) -> None:
        super().__init__(why)
        self.name = name
        self.why = why
        self.size = size

    def answer(self) -> Answer:
        """Return what the sender gets, which says nothing of the reason."""
        return Answer(self.name, self.why, self.size)


def name_of(response: web.StreamResponse) -> str:
    """Return the name of any answer; aiohttp's own are of malformed requests and of our faults."""
    if isinstance(response, Answer):
        return response.name
    return "bad-request" if response.status < 500 else "error"
