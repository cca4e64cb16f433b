"""Deliver signed webhooks as Metronome does: again until they are accepted."""

import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential

from invoice_shared.settings import OutgoingSettings, load
from invoice_simulators.metronome.webhooks import signed_request

SENDERS = 8


def deliver_all(url: str, secret: str, events: Iterable[Mapping[str, Any]]) -> Iterator[int]:
    """Deliver events, ``SENDERS`` at a time; yield each response's status.

    Raises ``URLError`` if one is not accepted in time.
    """
    with ThreadPoolExecutor(SENDERS) as senders:
        yield from senders.map(lambda event: _deliver(url, secret, event), events)


def opener_for(url: str) -> urllib.request.OpenerDirector:
    """Return an opener with the proxy settings of all other calls."""
    proxies = load(OutgoingSettings).outgoing.proxies(url)
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies))


@retry(
    retry=retry_if_exception_type(urllib.error.URLError),
    wait=wait_exponential(multiplier=0.2, max=5),
    stop=stop_after_delay(60),
    reraise=True,
)
def _deliver(url: str, secret: str, event: Mapping[str, Any]) -> int:
    headers, body = signed_request(event, secret, datetime.now(UTC))
    with opener_for(url).open(urllib.request.Request(url, body, headers), timeout=30) as answer:  # noqa: S310 - loopback
        return int(answer.status)


def curl_example(url: str, secret: str, event: Mapping[str, Any]) -> str:
    """Return a shell command that delivers one event; its signature is valid for five minutes."""
    headers, body = signed_request(event, secret, datetime.now(UTC))
    given = " ".join(f"-H '{name}: {value}'" for name, value in headers.items() if name != "Date")
    return f"curl -i {given} -d '{body.decode()}' {url}"
