"""The page over an installation in memory, and a visitor who looks at it."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from invoice_operations.installation import Installation
from invoice_shared.health import Health
from invoice_web.__main__ import desk_of
from invoice_web.app import create_app
from invoice_web.logins import Logins
from invoice_web.settings import WebSettings
from invoice_web.store import Store, open_store
from invoice_web.view_follower import Following, Progress
from tests.unit.operations.world import FakeInstallation

PASSWORD = "let me in"
VIEW_PASSWORD = "let me look"


def web_settings(**changes: Any) -> WebSettings:
    """Return settings with both passwords."""
    given: dict[str, Any] = {
        "console_password": SecretStr(PASSWORD),
        "console_view_password": SecretStr(VIEW_PASSWORD),
        "console_insecure_cookies": True,
    }
    return WebSettings(**given | changes)


class Restless(Progress):
    """Has always read more than before, so that no page is answered from the previous reading."""

    def __init__(self) -> None:
        self._readings = itertools.count()

    @property
    def records(self) -> int:  # type: ignore[override]
        """Count one more."""
        return next(self._readings)


class Visitor:
    """A browser without script, which keeps cookies and sends what the page's forms would."""

    def __init__(self, client: "TestClient[Any, Any]") -> None:
        self.client = client
        self.host = f"http://{client.host}:{client.port}"
        self.csrf = ""

    async def get(
        self, path: str, *, json: bool = True, headers: dict[str, str] | None = None
    ) -> ClientResponse:
        """Request a page, or its facts."""
        accept = {"Accept": "application/json" if json else "text/html"}
        return await self.client.get(path, headers=accept | (headers or {}), allow_redirects=False)

    async def json(self, path: str) -> Any:
        """Return the facts of a page."""
        answered = await self.get(path)
        assert answered.status == 200, await answered.text()
        return await answered.json()

    async def post(
        self, path: str, *, headers: dict[str, str] | None = None, **fields: Any
    ) -> ClientResponse:
        """Send a form of the page that was viewed last, as a program."""
        all_headers = {"Accept": "application/json", "Origin": self.host} | (headers or {})
        form = [
            (name, each)
            for name, value in fields.items()
            for each in ([value] if isinstance(value, str) else value)
        ]
        return await self.client.post(
            path, data=[("csrf", self.csrf), *form], headers=all_headers, allow_redirects=False
        )

    async def look(self, path: str) -> str:
        """Return a page as HTML, and remember its token."""
        text = await (await self.get(path, json=False)).text()
        self.csrf = token_in(text)
        return text

    async def log_in(self, name: str = "kim", password: str = PASSWORD) -> ClientResponse:
        """Log in by name and password, and view the overview."""
        await self.look("/login")
        answered = await self.post("/login", name=name, password=password)
        if answered.status == 200:
            await self.look("/")
        return answered


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Reload until the condition holds."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited happens behind HTTP
            await asyncio.sleep(0.02)


def token_in(page: str) -> str:
    """Return the token of a page."""
    found = re.search(r'<meta name="csrf" content="([^"]+)">', page)
    assert found is not None, page
    return found[1]


@asynccontextmanager
async def page_of(
    fake: FakeInstallation, settings: WebSettings | None = None, store: Store | None = None
) -> AsyncIterator[Visitor]:
    """Serve the page of an installation whose topics have just been read."""
    installation = cast("Installation", fake)
    kept = store or open_store(None, "")
    logins = Logins(installation, kept)
    following = Following(
        installation, kept, Health(fake.clock, 60), Restless(), lambda: True, logins.enter
    )
    following.refresh()
    desk = desk_of(settings or web_settings(), installation, kept, following, logins)
    async with TestClient(TestServer(create_app(desk))) as client:
        yield Visitor(client)
    desk.replays.stop_all()
    desk.close()
