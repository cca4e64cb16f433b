"""The page as a person sees it: in Debian's chromium, driven by playwright.

The tests are skipped by name without it.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.ports import LOOPBACK, free_port
from tests.support.services import Service, StartService
from tests.support.topics import Topics

QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A page renews itself every ten seconds, and tests share two cores.
WAIT_MILLISECONDS = 30_000
PASSWORD = "let me in, please"
VIEW_PASSWORD = "let me look, please"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser for the tests of a file.

    It lives no longer than that: while playwright is open its event loop runs in this thread, and
    no other test can have one.
    """
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs a browser (Debian's chromium)")
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


@dataclass
class Person:
    """Somebody in front of a browser."""

    page: Page
    base: str

    def open(self, path: str) -> Page:
        """Go to a path of the page."""
        self.page.goto(f"{self.base}{path}")
        return self.page

    def log_in(self, name: str = "Jane Doe", password: str = PASSWORD) -> Page:
        """Enter name and password."""
        self.open("/login")
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        return self.page


@dataclass
class Console:
    """The page as a process, and the people who look at it."""

    browser: Browser
    service: Service
    port: int
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def base(self) -> str:
        """Return its address."""
        return f"http://{LOOPBACK}:{self.port}"

    def person(self, *, width: int = 1280, script: bool = True, dark: bool = False) -> Person:
        """Open a browser for somebody who has no cookies yet."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        self.contexts.append(context)
        return Person(context.new_page(), self.base)


OpenConsole = Callable[[dict[str, str]], Console]


@pytest.fixture
def open_console(
    browser: Browser, start_service: StartService, topics: Topics, tmp_path: Path
) -> Iterator[OpenConsole]:
    """Return a function that starts the page with further settings, and waits until it has read the
    topics.
    """
    opened: list[Console] = []

    def start(settings: dict[str, str]) -> Console:
        port = free_port()
        own = {
            "CONSOLE_PORT": str(port),
            "CONSOLE_PASSWORD": PASSWORD,
            "CONSOLE_VIEW_PASSWORD": VIEW_PASSWORD,
            "CONSOLE_INSECURE_COOKIES": "true",
            "INVOICES_STATE_DIR": str(tmp_path / "state"),
        }
        service = start_service("invoice-web", topics.settings | own | settings)
        service.wait_until_ready()
        opened.append(Console(browser, service, port))
        return opened[-1]

    yield start
    for context in [each for console in opened for each in console.contexts]:
        context.close()


@contextmanager
def waits_for_answer(page: Page) -> Iterator[None]:
    """Do something, and wait for the page that it leads to."""
    with page.expect_navigation():
        yield
