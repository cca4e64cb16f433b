"""The Kubernetes manifests as `kubectl apply -k` would send them."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from tests.support.cluster import NAMESPACE

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
OVERLAYS = ("local", "production")
COMPONENTS = sorted(path.name for path in (K8S / "components").iterdir())
Manifest = dict[str, Any]


@cache
def render(folder: Path) -> tuple[Manifest, ...]:
    """Return the objects of a kustomization. Skips the test by name if nothing can render."""
    done = subprocess.run(
        [*_kustomize(), str(folder)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def overlay(name: str) -> tuple[Manifest, ...]:
    """Return the objects of an overlay."""
    return render(K8S / "overlays" / name)


@cache
def base_with(*components: str) -> tuple[Manifest, ...]:
    """Return the objects of the base with some components and nothing else."""
    with TemporaryDirectory(dir=K8S) as folder:  # kustomize needs what it refers to beside it
        chosen = [f"../components/{name}" for name in components]
        text = yaml.safe_dump(
            {"namespace": NAMESPACE, "resources": ["../base"], "components": chosen}
        )
        (Path(folder) / "kustomization.yaml").write_text(text)
        return render(Path(folder))


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    """Return the objects of some kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def named(manifests: Sequence[Manifest], kind: str, name: str) -> Manifest:
    """Return one object; a generated name counts without its hash."""
    found = [
        each
        for each in of_kind(manifests, kind)
        if each["metadata"]["name"] == name or each["metadata"]["name"].rpartition("-")[0] == name
    ]
    assert len(found) == 1, f"{kind} {name}: {len(found)}"
    return found[0]


def templates(manifests: Sequence[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Return the pod template of everything that makes pods, by ``Kind/name``."""
    for manifest in of_kind(manifests, "Deployment", "Job", "CronJob"):
        spec = manifest["spec"]
        template = (spec["jobTemplate"]["spec"] if manifest["kind"] == "CronJob" else spec)[
            "template"
        ]
        yield f"{manifest['kind']}/{manifest['metadata']['name']}", template


def pods(manifests: Sequence[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Return the pod specification of everything that makes pods, by ``Kind/name``."""
    for where, template in templates(manifests):
        yield where, template["spec"]


def container_of(pod: Manifest) -> Manifest:
    """Return the only container of a pod."""
    (container,) = pod["containers"]
    assert isinstance(container, dict)
    return container


def environment(manifests: Sequence[Manifest], pod: Manifest) -> dict[str, str]:
    """Return the variables that a pod's container starts with; a value out of a Secret shows as
    such.
    """
    container = container_of(pod)
    values: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        (found,) = [
            each
            for each in of_kind(manifests, "ConfigMap")
            if each["metadata"]["name"] == source["configMapRef"]["name"]
        ]
        values |= found["data"]
    return values | {
        each["name"]: each.get("value", "from a Secret") for each in container.get("env", ())
    }


def _kustomize() -> list[str]:
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    pytest.skip("needs kubectl or kustomize to render the manifests")
