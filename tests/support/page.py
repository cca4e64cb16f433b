"""``invoices web`` as a process, and a program that uses its pages."""

import http.client
import json
import re
import sys
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.ports import LOOPBACK, free_port
from tests.support.processes import Process
from tests.support.waiting import eventually

INVOICES = str(Path(sys.executable).with_name("invoices"))
PASSWORD = "let me in"


class Page:
    """A process of the page, and a program that has logged in to it."""

    def __init__(self, settings: dict[str, str], directory: Path) -> None:
        self.port = free_port()
        self.ops = free_port()
        own = {
            "CONSOLE_PORT": str(self.port),
            "OPS_PORT": str(self.ops),
            "BIND_HOST": LOOPBACK,
            "CONSOLE_PASSWORD": PASSWORD,
            "CONSOLE_INSECURE_COOKIES": "true",
            "CONSOLE_SECRET": "the same after a restart",
            "INVOICES_STATE_DIR": str(directory / "state"),
        }
        self.process = Process(
            f"page-{self.port}", [INVOICES, "web"], env=own | settings, directory=directory
        )
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )
        self._token = ""

    @property
    def base(self) -> str:
        """Return its address."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process.start()
        eventually(lambda: self.status("/livez") == 200)
        eventually(lambda: self.ask("/login")[0] == 200)

    def status(self, path: str) -> int:
        """Return the status of a path of the ops port; 0 while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.ops}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (OSError, http.client.HTTPException):
            return 0

    def log_in(self) -> int:
        """Log in with the password."""
        self.look("/login")
        status, _ = self.post("/login", name="kim", password=PASSWORD)
        self.look("/")
        return status

    def ask(self, path: str) -> tuple[int, Any]:
        """Return status and facts of a page; status 0 while nothing listens."""
        return self._send(
            urllib.request.Request(f"{self.base}{path}", headers={"Accept": "application/json"})
        )

    def post(self, path: str, **fields: str) -> tuple[int, Any]:
        """Send a form."""
        body = urlencode({"csrf": self._token, **fields}).encode()
        headers = {"Accept": "application/json", "Origin": self.base}
        return self._send(urllib.request.Request(f"{self.base}{path}", body, headers))

    def look(self, path: str) -> None:
        """Remember the token of a page."""
        with self._opener.open(f"{self.base}{path}", timeout=60) as answer:
            found = re.search(r'name="csrf" content="([^"]+)"', answer.read().decode())
        assert found is not None
        self._token = found[1]

    def _send(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with self._opener.open(request, timeout=60) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text.startswith(b"{") else None
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except (OSError, http.client.HTTPException):
            return 0, None
