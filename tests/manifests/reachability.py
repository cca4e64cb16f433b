"""Which connections NetworkPolicies allow, as cyclonus computes it; not every cluster enforces
them.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.manifests.rendering import Manifest, container_of, of_kind, templates
from tests.support.cluster import NAMESPACE

ANSWER = re.compile(r"IS ALLOWED\?\s*\|\s*(TRUE|FALSE)")


@dataclass(frozen=True)
class Place:
    """A pod, or with no namespace something outside of the cluster, and the ports that are tried on
    it.
    """

    name: str
    address: str
    ports: tuple[str, ...] = ()
    namespace: str | None = None
    labels: dict[str, str] = field(default_factory=dict)

    def as_peer(self) -> Manifest:
        """Return cyclonus' view of it."""
        if self.namespace is None:
            return {"IP": self.address}
        named = {"kubernetes.io/metadata.name": self.namespace}
        inside = {"Namespace": self.namespace, "NamespaceLabels": named, "PodLabels": self.labels}
        return {"IP": self.address, "Internal": inside}


def pods_of(manifests: Sequence[Manifest], network: str) -> list[Place]:
    """Return a pod of each kind, with the ports that it declares; the connector's also with those
    of the webhook.
    """
    made = []
    for number, (where, template) in enumerate(templates(manifests), start=10):
        name = where.partition("/")[2]
        labels = template["metadata"]["labels"]
        ports = {
            str(port["containerPort"]) for port in container_of(template["spec"]).get("ports", ())
        }
        if "app.kubernetes.io/part-of" in labels:
            ports |= {"8080", "9100"}
        made.append(Place(name, f"{network}.{number}", tuple(sorted(ports)), NAMESPACE, labels))
    return made


def allowed(
    manifests: Sequence[Manifest], places: Sequence[Place], aside: Path
) -> set[tuple[str, str]]:
    """Return the pairs of source and ``destination:port`` that may connect, of all pairs of some
    places.

    Skips the test by name if there is no cyclonus.
    """
    if shutil.which("cyclonus") is None:
        pytest.skip("needs cyclonus (make tools)")
    tries = [(a, b, port) for a in places for b in places if a != b for port in b.ports]
    answers = asked(of_kind(manifests, "NetworkPolicy"), [traffic(*each) for each in tries], aside)
    return {
        (a.name, f"{b.name}:{port}")
        for (a, b, port), yes in zip(tries, answers, strict=True)
        if yes
    }


def traffic(source: Place, destination: Place, port: str) -> Manifest:
    number, _, protocol = port.partition("/")
    peers = {"Source": source.as_peer(), "Destination": destination.as_peer()}
    return {**peers, "ResolvedPort": int(number), "Protocol": protocol or "TCP"}


def asked(policies: Iterable[Manifest], connections: list[Manifest], aside: Path) -> list[bool]:
    (aside / "policies").mkdir()
    for policy in policies:
        (aside / "policies" / f"{policy['metadata']['name']}.json").write_text(json.dumps(policy))
    (aside / "traffic.json").write_text(json.dumps(connections))
    command = ["cyclonus", "analyze", "--mode=query-traffic", "--simplify-policies=false"]
    paths = [f"--policy-path={aside / 'policies'}", f"--traffic-path={aside / 'traffic.json'}"]
    done = subprocess.run(
        [*command, *paths], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [answer == "TRUE" for answer in ANSWER.findall(done.stdout)]
