"""The local overlay in a real cluster: the demo's books balance, also while every service is restarted under load."""

import copy
import json
import time
from collections.abc import Iterator

import pytest

from tests.manifests.rendering import K8S, Manifest, container_of, named, of_kind, overlay
from tests.support.cluster import ask_simulator, kubectl, listed, needs_cluster, tell_simulator
from tests.support.waiting import eventually

CONNECTOR = "app.kubernetes.io/part-of=invoice-connector"
VERDICT = "Nothing lost, nothing twice, not a cent off."
INVOICES = 1500
SLOW = {"latency": {"p50": 0.2, "slow_share": 0.02, "slow_seconds": 3}}
"""Uneven, and slow enough that the load outlasts the restart."""

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def connector() -> None:
    """The local overlay, applied and ready. It stays: removing it is its owner's business."""
    needs_cluster()
    kubectl("apply", "--kustomize", str(K8S / "overlays" / "local"))
    for deployment in listed("deployments"):
        kubectl("rollout", "status", f"deployment/{deployment['metadata']['name']}", "--timeout=300s", timeout=310)


@pytest.fixture
def empty_namespace() -> Iterator[str]:
    """A namespace like production's, with nothing in it."""
    needs_cluster()
    namespace = copy.deepcopy(named(overlay("production"), "Namespace", "invoice-connector"))
    name = namespace["metadata"]["name"] = f"invoice-connector-{int(time.time())}"
    kubectl("create", "--filename=-", given=json.dumps(namespace))
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def test_the_api_server_and_its_pod_security_accept_the_production_overlay(empty_namespace: str) -> None:
    known = [
        {**each, "metadata": {**each["metadata"], "namespace": empty_namespace}}
        for each in overlay("production")
        if each["kind"] not in ("Namespace", "ExternalSecret")
    ]

    answer = kubectl(
        f"--namespace={empty_namespace}",
        *("create", "--dry-run=server", "--filename=-"),
        given=json.dumps({"apiVersion": "v1", "kind": "List", "items": known}),
    )

    assert len(answer.splitlines()) == len(known)


def test_the_demos_books_balance(connector: None) -> None:
    assert VERDICT in verdict_of("demo", within=300)


def test_a_rolling_restart_under_load_loses_nothing_and_doubles_nothing(connector: None) -> None:
    verdict_of("demo", within=300)
    tell_simulator("netsuite", "limits", SLOW)
    before = documents()
    start_load("demo-load", INVOICES)
    try:
        eventually(lambda: documents() >= before + 50, timeout=180, every=2)

        kubectl("rollout", "restart", "deployment", f"--selector={CONNECTOR}")
        for deployment in listed("deployments", CONNECTOR):
            kubectl("rollout", "status", f"deployment/{deployment['metadata']['name']}", "--timeout=400s", timeout=410)

        assert status_of("demo-load").get("active"), "over too soon to prove anything"
        assert VERDICT in verdict_of("demo-load", within=900)
        assert restarts() == {}
    finally:
        tell_simulator("netsuite", "limits", {})
        kubectl("delete", "job", "demo-load")


def test_nothing_restarted_on_its_own(connector: None) -> None:
    assert restarts() == {}


def documents() -> int:
    return len(ask_simulator("netsuite", "documents"))


def start_load(name: str, invoices: int) -> None:
    """Start the demo's Job once more, with more invoices of a month that this cluster has not seen."""
    job: Manifest = copy.deepcopy(named(of_kind(overlay("local"), "Job"), "Job", "demo"))
    job["metadata"]["name"] = name
    container_of(job["spec"]["template"]["spec"])["args"] = [
        *("demo", "--world", "/world/world.json", "--invoices", str(invoices), "--seed", str(int(time.time())))
    ]
    kubectl("create", "--filename=-", given=json.dumps(job))


def verdict_of(job: str, within: float) -> str:
    """Wait for a Job's end and give what it printed."""

    def ended() -> bool:
        status = status_of(job)
        return bool(status.get("succeeded") or status.get("failed"))

    eventually(ended, timeout=within, every=3)
    return kubectl("logs", f"job/{job}")


def status_of(job: str) -> Manifest:
    status: Manifest = json.loads(kubectl("get", "job", job, "--output=json"))["status"]
    return status


def restarts() -> dict[str, int]:
    """Give the connector's containers that were started more than once."""
    counts = {
        pod["metadata"]["name"]: status["restartCount"]
        for pod in listed("pods", CONNECTOR)
        for status in pod["status"].get("containerStatuses", ())
    }
    return {name: count for name, count in counts.items() if count}
