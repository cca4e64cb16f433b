"""Every Dockerfile says the same, but for whom it is; compose names the same images; and nothing is named `latest`."""

import re
from pathlib import Path

import pytest
import yaml

from tests.manifests.rendering import OVERLAYS, ROOT, container_of, overlay, pods

FOLDERS = {
    "invoice-webhook": "services/webhook",
    "invoice-formatter": "services/formatter",
    "invoice-creator": "services/creator",
    "invoice-error-sink": "services/error-sink",
    "invoice-cli": "cli",
    "invoice-simulators": "simulators",
}
ITS_OWN = re.compile(
    r"^(COPY (?!--from)(?!pyproject)|# Build from|LABEL|EXPOSE|HEALTHCHECK|CMD|ENTRYPOINT|RUN /uv/bin/uv)"
)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_dockerfile_follows_one_pattern(name: str) -> None:
    assert common_lines(name) == common_lines("invoice-webhook")


@pytest.mark.parametrize("name", FOLDERS)
def test_every_image_takes_its_dependencies_from_the_lock_alone_and_runs_as_nobody(name: str) -> None:
    text = dockerfile(name)

    assert re.search(r"^FROM python:\d+\.\d+\.\d+-slim-\w+(@sha256:\w+)? AS base$", text, re.MULTILINE), (
        "the base is pinned"
    )
    assert len(re.findall(r"uv sync --frozen --no-dev ", text)) == 2
    assert "USER 65532:65532" in text
    assert "STOPSIGNAL SIGTERM" in text
    assert text.rindex("FROM scratch") > text.rindex("RUN "), "nothing runs in the final stage: it holds no shell"


@pytest.mark.parametrize("name", FOLDERS)
def test_every_image_gets_the_members_that_it_installs(name: str) -> None:
    text = dockerfile(name)
    manifests = re.findall(r"^COPY (\S+)/pyproject\.toml ", text, re.MULTILINE)
    sources = re.findall(r"^COPY (?!--from)(\S+) \1$", text, re.MULTILINE)

    assert manifests == sources
    assert "shared" in sources
    assert FOLDERS[name] in sources


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_image_is_called_latest(name: str) -> None:
    for where, pod in pods(overlay(name)):
        tag = container_of(pod)["image"].rpartition(":")[2]
        assert tag not in ("latest", container_of(pod)["image"]), where


def test_compose_builds_the_images_that_the_local_overlay_runs() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    built = {each["image"]: each["build"]["dockerfile"] for each in services.values() if "build" in each}
    run = {container_of(pod)["image"] for _where, pod in pods(overlay("local"))}

    assert built == {f"{name}:local": f"{folder}/Dockerfile" for name, folder in FOLDERS.items()}
    assert {image for image in run if image.startswith("invoice-")} == built.keys()
    assert {services["kafka"]["image"], services["s3"]["image"]} == run - built.keys()


def test_compose_confines_its_services_as_kubernetes_does() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("invoice-webhook", "invoice-formatter", "invoice-creator", "invoice-error-sink"):
        assert services[name]["read_only"], name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert services[name]["depends_on"]["topics"] == {"condition": "service_completed_successfully"}, name


def dockerfile(name: str) -> str:
    return (ROOT / FOLDERS[name] / "Dockerfile").read_text()


def common_lines(name: str) -> list[str]:
    lines = dockerfile(name).replace("\\\n", "").splitlines()
    return [line for line in lines if not ITS_OWN.match(line)]


def test_the_build_context_holds_no_more_than_an_image_needs() -> None:
    ignored = Path(ROOT / ".dockerignore").read_text().splitlines()

    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == {
        "pyproject.toml", "uv.lock", "shared", "services", "cli", "simulators",
    }  # fmt: skip
