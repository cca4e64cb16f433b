"""A real cluster: its API server accepts every manifest, and the demo's books balance, even with
every service restarted.
"""

import copy
import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest

from tests.manifests.definitions import SOURCES, definition
from tests.manifests.rendering import (
    COMPONENTS,
    K8S,
    Manifest,
    base_with,
    container_of,
    named,
    of_kind,
    overlay,
)
from tests.support.cluster import ask_simulator, kubectl, listed, needs_cluster, tell_simulator
from tests.support.waiting import eventually

CONNECTOR = "app.kubernetes.io/part-of=invoice-connector"
VERDICT = "Nothing is lost, nothing is created twice, and every sum agrees to the cent."
INVOICES = 1500
# Uneven, and slow enough that the load outlasts the restart.
SLOW = {"latency": {"p50": 0.2, "slow_share": 0.02, "slow_seconds": 3}}

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def connector() -> None:
    """Apply the local overlay, and wait until it is ready. It stays: its owner removes it."""
    needs_cluster()
    kubectl("apply", "--kustomize", str(K8S / "overlays" / "local"))
    for deployment in listed("deployments"):
        kubectl(
            "rollout",
            "status",
            f"deployment/{deployment['metadata']['name']}",
            "--timeout=300s",
            timeout=310,
        )


@pytest.fixture
def empty_namespace() -> Iterator[str]:
    """Return an empty namespace like production's."""
    needs_cluster()
    namespace = copy.deepcopy(named(overlay("production"), "Namespace", "invoice-connector"))
    name = namespace["metadata"]["name"] = f"invoice-connector-{time.time_ns()}"
    kubectl("create", "--filename=-", given=json.dumps(namespace))
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def operators_definitions(pytestconfig: pytest.Config) -> Iterator[None]:
    """Install the definitions of what operators read, if the cluster has none of its own, and
    remove them afterwards.
    """
    needs_cluster()
    assert pytestconfig.cache is not None
    wanted = {
        each["metadata"]["name"]: each
        for each in (definition(kind, pytestconfig.cache) for kind in SOURCES)
    }
    missing = wanted.keys() - {
        each["metadata"]["name"] for each in listed("customresourcedefinitions")
    }
    try:
        for name in missing:
            kubectl("create", "--filename=-", given=json.dumps(wanted[name]))
        eventually(lambda: missing <= established(), timeout=60)
        yield
    finally:
        for name in missing:
            kubectl("delete", "customresourcedefinition", name, "--ignore-not-found")


def established() -> set[str]:
    """Return the names of the definitions that the API server serves."""
    return {
        each["metadata"]["name"]
        for each in listed("customresourcedefinitions")
        for condition in each.get("status", {}).get("conditions") or []
        if (condition["type"], condition["status"]) == ("Established", "True")
    }


@pytest.mark.parametrize(
    "manifests",
    [
        pytest.param(partial(overlay, "production"), id="production"),
        *(pytest.param(partial(base_with, name), id=name) for name in COMPONENTS),
    ],
)
def test_the_api_server_and_its_pod_security_accept_every_object(
    manifests: Callable[[], Sequence[Manifest]], empty_namespace: str, operators_definitions: None
) -> None:
    ours = [
        {**each, "metadata": {**each["metadata"], "namespace": empty_namespace}}
        for each in manifests()
        if each["kind"] != "Namespace"
    ]

    answer = kubectl(
        f"--namespace={empty_namespace}",
        *("create", "--dry-run=server", "--validate=strict", "--filename=-"),
        given=json.dumps({"apiVersion": "v1", "kind": "List", "items": ours}),
    )

    assert len(answer.splitlines()) == len(ours)


def test_the_demos_books_balance(connector: None) -> None:
    assert VERDICT in verdict_of("demo", within=300)


def test_a_rolling_restart_under_load_loses_nothing_and_duplicates_nothing(connector: None) -> None:
    verdict_of("demo", within=300)
    tell_simulator("netsuite", "limits", SLOW)
    before = documents()
    start_load("demo-load", INVOICES)
    try:
        eventually(lambda: documents() >= before + 50, timeout=180, every=2)

        kubectl("rollout", "restart", "deployment", f"--selector={CONNECTOR}")
        for deployment in listed("deployments", CONNECTOR):
            kubectl(
                "rollout",
                "status",
                f"deployment/{deployment['metadata']['name']}",
                "--timeout=400s",
                timeout=410,
            )

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
    """Start the demo's Job again, with more invoices of a month that this cluster has not seen."""
    job: Manifest = copy.deepcopy(named(of_kind(overlay("local"), "Job"), "Job", "demo"))
    job["metadata"]["name"] = name
    container_of(job["spec"]["template"]["spec"])["args"] = [
        *(
            "demo",
            "--world",
            "/world/world.json",
            "--invoices",
            str(invoices),
            "--seed",
            str(int(time.time())),
        )
    ]
    kubectl("create", "--filename=-", given=json.dumps(job))


def verdict_of(job: str, within: float) -> str:
    """Wait for the end of a Job, and return what it printed."""

    def ended() -> bool:
        status = status_of(job)
        return bool(status.get("succeeded") or status.get("failed"))

    eventually(ended, timeout=within, every=3)
    return kubectl("logs", f"job/{job}")


def status_of(job: str) -> Manifest:
    status: Manifest = json.loads(kubectl("get", "job", job, "--output=json"))["status"]
    return status


def restarts() -> dict[str, int]:
    """Return the connector's containers that were started more than once."""
    counts = {
        pod["metadata"]["name"]: status["restartCount"]
        for pod in listed("pods", CONNECTOR)
        for status in pod["status"].get("containerStatuses", ())
    }
    return {name: count for name, count in counts.items() if count}
