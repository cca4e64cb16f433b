"""What does the page cost over a large ledger, and how fast does it answer while it follows?

A number behind it is how many ledger records, a million unless given.
"""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from bench.figures import spread
from bench.view import PARTITIONS, RECORDS, produce, size_of
from tests.support.broker import choose_broker
from tests.support.ports import LOOPBACK, free_port
from tests.support.topics import Topics
from tests.support.waiting import eventually

ROUNDS = 20
PASSWORD = "let me in"
READY_SECONDS = 900.0
PAGES = {
    "overview": "/",
    "open failures": "/failures",
    "a page in the middle": "/failures?state=all&page=40",
    "of one code": "/failures?code=items-not-mapped",
    "of nobody": "/failures?customer_id=nobody",
    "by the beginning of an id": "/failures?invoice_id=00",
    "audit": "/audit",
}


def on_broker(records: int) -> None:
    """Print memory and times of the page with the records on a broker."""
    broker = choose_broker()
    try:
        broker.start()
        topics = Topics(broker.bootstrap_servers)
        topics.create(partitions=PARTITIONS)
        produce(topics, "gzip", records)
        print(f"{records:,} ledger records on {broker.name}")
        with (
            tempfile.TemporaryDirectory(prefix="invoice-bench-") as directory,
            served(topics, directory) as port,
        ):
            look(port)
            print(f"files {size_of(Path(directory)):.0f} MiB")
    finally:
        broker.stop()


@contextmanager
def served(topics: Topics, directory: str) -> Iterator[int]:
    """Run the page until it has read everything; print how long that took, and at the end what
    memory it had.
    """
    port, ops = free_port(), free_port()
    own = {
        "CONSOLE_PORT": str(port),
        "OPS_PORT": str(ops),
        "BIND_HOST": LOOPBACK,
        "CONSOLE_PASSWORD": PASSWORD,
        "CONSOLE_INSECURE_COOKIES": "true",
        "INVOICES_STATE_DIR": directory,
        "LOG_LEVEL": "ERROR",
    }
    command = [str(Path(sys.executable).with_name("invoices")), "web"]
    began = time.monotonic()
    process = subprocess.Popen(command, env=topics.settings | own | {"PATH": os.defpath})
    try:
        eventually(lambda: is_ready(ops), READY_SECONDS, every=1)
        print(f"ready after {time.monotonic() - began:.0f} s, {memory(process.pid)}")
        yield port
        print(f"at the end {memory(process.pid)}")
    finally:
        process.terminate()
        process.wait(60)


def memory(pid: int) -> str:
    """Return the peak and the present of a process's memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = {
        name: int(size) / 1024 for name, size in re.findall(r"(VmHWM|VmRSS):\s+(\d+) kB", status)
    }
    return f"peak {found['VmHWM']:.0f} MiB, now {found['VmRSS']:.0f} MiB"


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def look(port: int) -> None:
    """Log in, and print how long each page takes, as HTML and as JSON."""
    base, jar = f"http://{LOOPBACK}:{port}", CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    token = re.search(
        r'name="csrf" content="([^"]+)"', opener.open(f"{base}/login").read().decode()
    )
    assert token is not None
    form = urlencode({"csrf": token[1], "name": "bench", "password": PASSWORD}).encode()
    opener.open(urllib.request.Request(f"{base}/login", form, {"Origin": base})).read()
    failure = re.search(r"/failures/[0-9a-f]{64}", opener.open(f"{base}/failures").read().decode())
    assert failure is not None
    for name, path in {**PAGES, "one failure": failure[0]}.items():
        for accept in ("text/html", "application/json"):
            took = [timed(opener, f"{base}{path}", accept) for _ in range(ROUNDS)]
            print(f"{name}, {accept}: {spread(took, ' ms')}")
    began = time.monotonic()
    size = len(opener.open(f"{base}/failures?format=csv").read())
    print(
        f"all open failures as CSV: {size / 1024 / 1024:.1f} MiB in"
        f" {time.monotonic() - began:.1f} s"
    )


def timed(opener: urllib.request.OpenerDirector, url: str, accept: str) -> float:
    """Return how long an answer takes, in ms."""
    began = time.perf_counter()
    opener.open(urllib.request.Request(url, headers={"Accept": accept})).read()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    on_broker(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
