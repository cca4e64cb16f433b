"""One Dockerfile builds every image, compose uses the same names, and nothing is named `latest`."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.manifests.rendering import OVERLAYS, ROOT, container_of, overlay, pods

IMAGES = (
    "invoice-webhook",
    "invoice-formatter",
    "invoice-creator",
    "invoice-error-sink",
    "invoice-cli",
    "invoice-web",
    "invoice-simulators",
)
DOCKERFILE = (ROOT / "Dockerfile").read_text()
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
MEMBERS = sorted(
    str(file.parent.relative_to(ROOT))
    for pattern in ("*/pyproject.toml", "services/*/pyproject.toml")
    for file in ROOT.glob(pattern)
)


@pytest.mark.parametrize("name", IMAGES)
def test_every_image_is_a_stage_that_starts_its_own_program(name: str) -> None:
    stage = stages()[name]

    assert re.search(r"^LABEL org\.opencontainers\.image\.description=", stage, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["\S+"\]$', stage, re.MULTILINE)
    assert lineage(name)[-2:] == ["image", "scratch"]


@pytest.mark.parametrize("name", IMAGES)
def test_every_serving_image_declares_its_ports_and_has_a_health_check(name: str) -> None:
    whole = "".join(stages()[each] for each in lineage(name) if each != "scratch")
    serves = name != "invoice-cli"

    assert ("EXPOSE" in whole) == serves
    assert ("HEALTHCHECK" in whole) == serves


def test_there_is_a_stage_for_every_image_and_no_other() -> None:
    assert {name for name in stages() if name.startswith("invoice-")} == set(IMAGES)


def test_images_take_their_dependencies_only_from_the_lock_and_run_as_nobody() -> None:
    assert re.search(
        r"^FROM python:\d+\.\d+\.\d+-slim-\w+(@sha256:\w+)? AS base$", DOCKERFILE, re.MULTILINE
    ), "the base is pinned"
    assert len(re.findall(r"uv sync --frozen --no-dev ", DOCKERFILE)) == 2
    assert "USER 65532:65532" in stages()["image"]
    assert "STOPSIGNAL SIGTERM" in stages()["image"]
    assert DOCKERFILE.rindex("FROM scratch") > DOCKERFILE.rindex("RUN "), (
        "no image contains a shell"
    )
    assert len(re.findall(r"-exec touch --no-dereference --date=@0 {} \+", DOCKERFILE)) == 2, (
        "the same bytes"
    )


def test_the_layer_of_dependencies_has_every_package() -> None:
    manifests = re.findall(r"^COPY (\S+)/pyproject\.toml \1/$", stages()["build"], re.MULTILINE)

    assert sorted(manifests) == MEMBERS


def test_the_supply_chain_script_installs_the_same_as_the_images() -> None:
    told = (ROOT / "k8s" / "supply-chain").read_text()

    assert more_than_its_distribution(DOCKERFILE) == more_than_its_distribution(told)
    assert more_than_its_distribution(DOCKERFILE).keys() < set(IMAGES)


def test_scripts_and_ci_know_the_images() -> None:
    built = (ROOT / "k8s" / "images").read_text()
    scanned = yaml.safe_load(WORKFLOW.read_text())["jobs"]["scan"]["strategy"]["matrix"]["image"]

    assert " ".join(IMAGES) in built
    assert scanned == [name for name in IMAGES if name != "invoice-simulators"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_image_is_called_latest(name: str) -> None:
    for where, pod in pods(overlay(name)):
        tag = container_of(pod)["image"].rpartition(":")[2]
        assert tag not in ("latest", container_of(pod)["image"]), where


def test_compose_builds_the_images_that_the_local_overlay_runs() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    built = {each["image"]: each["build"] for each in services.values() if "build" in each}
    run = {container_of(pod)["image"] for _where, pod in pods(overlay("local"))}

    assert built == {
        f"{name}:local": {"context": ".", "args": {"SERVICE": name}} for name in IMAGES
    }
    assert {image for image in run if image.startswith("invoice-")} == built.keys()
    assert {services["kafka"]["image"], services["s3"]["image"]} == run - built.keys()


def test_compose_confines_its_services_as_kubernetes_does() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("invoice-webhook", "invoice-formatter", "invoice-creator", "invoice-error-sink"):
        assert services[name]["read_only"], name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert services[name]["depends_on"]["topics"] == {
            "condition": "service_completed_successfully"
        }, name


def test_the_build_context_contains_only_what_an_image_needs() -> None:
    ignored = Path(ROOT / ".dockerignore").read_text().splitlines()

    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == {
        "pyproject.toml",
        "uv.lock",
        *(member.partition("/")[0] for member in MEMBERS),
        "docs/runbook.md",  # whose words the page shows
    }


def stages() -> dict[str, str]:
    """Return the text of each named stage of the Dockerfile."""
    parts = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    return {
        found[1]: part
        for part in parts
        if (found := re.match(r"\S+ AS (\S+)$", part, re.MULTILINE))
    }


def lineage(name: str) -> list[str]:
    """Return a stage's name, then the one that it is made from, and so on."""
    names = [name]
    while names[-1] in stages():
        names.append(stages()[names[-1]].split(maxsplit=1)[0])
    return names


def more_than_its_distribution(text: str) -> dict[str, str]:
    """Return the arguments of uv that an image has beside ``--package NAME``."""
    pairs: list[Any] = re.findall(
        r"^ +(invoice-\S+)\) (?:echo |packages\+=\()(.+?)\)? ;;", text, re.MULTILINE
    )
    return dict(pairs)
