"""A world to disturb, and the seed of the run in its last lines."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chaos.settings import ChaosSettings
from tests.chaos.world import QUICK, URLS, World, provider_settings
from tests.support.outside import Outside
from tests.support.proxy import Proxy
from tests.support.s3 import Bucket
from tests.support.services import StartService
from tests.support.topics import Topics

CHAOS = pytest.StashKey[ChaosSettings]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", "chaos: everything goes wrong at once, by a seed (CHAOS_SEED, CHAOS_SECONDS)"
    )


@pytest.fixture(scope="session")
def chaos(request: pytest.FixtureRequest) -> ChaosSettings:
    """Return the seed and length of this run."""
    request.config.stash[CHAOS] = settings = ChaosSettings()
    return settings


@pytest.fixture
def world(
    chaos: ChaosSettings,
    start_service: StartService,
    outside: Outside,
    topics: Topics,
    s3: Bucket,
    tmp_path: Path,
) -> Iterator[World]:
    """Return a world in which only the outside systems run, each behind its own proxy."""
    changes = QUICK | provider_settings(outside.announced, tmp_path)
    with ExitStack() as opened:
        proxies = {"s3": s3.proxy}
        for system in ("metronome", *chaos.chaos_destinations):
            port = urlsplit(outside.announced[system]["url"]).port or 0
            proxies[system] = opened.enter_context(Proxy(port))
            changes[URLS[system]] = proxies[system].url
        yield World(
            start_service,
            outside,
            topics,
            s3,
            changes,
            destinations=chaos.chaos_destinations,
            proxies=proxies,
        )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print how to repeat this run."""
    if (settings := config.stash.get(CHAOS, None)) is not None:
        terminalreporter.write_line(
            f"chaos: CHAOS_SEED={settings.chaos_seed} CHAOS_SECONDS={settings.chaos_seconds:g}"
            f" repeats the schedule (destinations: {', '.join(settings.chaos_destinations)})"
        )
