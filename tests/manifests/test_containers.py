"""The built images, run for real: what they contain, and the demo with all of them."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import yaml

from tests.manifests.rendering import ROOT
from tests.manifests.settings_of import SERVICES
from tests.manifests.test_images import IMAGES
from tests.support.engine import compose, docker, has, needs_engine
from tests.support.waiting import eventually

LOOK = """
import json, os, stat
UNWANTED = set("sh bash apt apt-get dpkg pip pip3 gcc cc perl curl wget".split())
found = {"uid": os.getuid(), "programs": [], "setuid": []}
for folder, folders, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/dev", "/tmp")):
        folders.clear()
        continue
    for name in files:
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        if stat.S_ISREG(mode) and mode & 0o6000:
            found["setuid"].append(path)
        if folder.endswith("bin") and name in UNWANTED:
            found["programs"].append(path)
print(json.dumps(found))
"""
VERDICT = "Nothing is lost, nothing is created twice, and every sum agrees to the cent."
UI = "http://localhost:8089"
PROMETHEUS = "http://localhost:9090"
TOPICS = {
    "raw-invoices",
    "formatted-invoices",
    "invoice-errors",
    "invoice-outcomes",
    "invoice-decisions",
}
COMPOSED = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_contains_no_shell_no_package_manager_and_nothing_setuid(name: str) -> None:
    needs_engine()

    found = json.loads(
        docker("run", "--rm", "--read-only", "--entrypoint=python", f"{name}:local", "-c", LOOK)
    )

    assert found == {"uid": 65532, "programs": [], "setuid": []}


@pytest.fixture(scope="module")
def demo() -> Iterator[subprocess.CompletedProcess[str]]:
    """Run the demo, and return how it ended, with the connector still running."""
    needs_engine()
    try:
        yield compose("run", "--rm", "-T", "demo")
    finally:
        compose("--profile=ui", "--profile=monitoring", "down", "--volumes", "--timeout=30")


def test_the_demos_books_balance_in_containers(demo: subprocess.CompletedProcess[str]) -> None:
    assert VERDICT in demo.stdout, demo.stdout + demo.stderr
    assert demo.returncode == 0


@pytest.mark.usefixtures("demo")
def test_the_ui_shows_every_topic() -> None:
    start_profile("ui", "kafka-ui")

    eventually(lambda: topics_shown() >= TOPICS, timeout=120, every=1)


@pytest.mark.usefixtures("demo")
def test_the_monitoring_scrapes_all_four_services() -> None:
    start_profile("monitoring", "prometheus")

    eventually(lambda: scraped() == dict.fromkeys(SERVICES, "1"), timeout=120, every=1)


def start_profile(profile: str, service: str) -> None:
    """Start what the profile adds; skip the test if an image is not available."""
    image = COMPOSED["services"][service]["image"]
    if not has(image):
        pytest.skip(f"no registry gives {image}")
    started = compose(f"--profile={profile}", "up", "--detach", "--no-build", service)
    assert started.returncode == 0, started.stderr


def topics_shown() -> set[str]:
    """Return the topics that the UI lists, requested as by its page."""
    return {topic["name"] for topic in ask(f"{UI}/api/clusters/local/topics").get("topics", [])}


def scraped() -> dict[str, str]:
    """Return Prometheus' ``up`` of each service."""
    found = ask(f"{PROMETHEUS}/api/v1/query?query=up").get("data", {}).get("result", [])
    return {sample["metric"]["instance"].partition(":")[0]: sample["value"][1] for sample in found}


def ask(url: str) -> Any:
    """Return the JSON of an answer; an empty object while it does not answer yet."""
    try:
        return requests.get(url, timeout=30).json()
    except requests.RequestException:
        return {}
