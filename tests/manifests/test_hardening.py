"""What a security review checks in every pod."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tests.manifests.rendering import (
    OVERLAYS,
    Manifest,
    base_with,
    container_of,
    named,
    of_kind,
    overlay,
    pods,
)

SERVICES = (
    "invoice-webhook",
    "invoice-formatter",
    "invoice-creator-netsuite",
    "invoice-error-sink",
)
# Images of others that write their configuration into their root; only in the local overlay.
WRITES_ITS_ROOT = {"Deployment/kafka"}
HIGH = 10_000
MARGIN = 5
Render = Callable[[], Sequence[Manifest]]
EVERYWHERE = [
    *(pytest.param(partial(overlay, name), id=name) for name in OVERLAYS),
    pytest.param(partial(base_with, "page", "digest"), id="page and digest"),
]


@pytest.mark.parametrize("render", EVERYWHERE)
def test_every_pod_runs_as_a_user_without_privileges(render: Render) -> None:
    for where, pod in pods(render()):
        context = pod["securityContext"]
        assert context["runAsNonRoot"], where
        assert context["runAsUser"] == context["runAsGroup"], where
        assert context["runAsUser"] > HIGH or where in WRITES_ITS_ROOT, where
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, where
        assert pod["automountServiceAccountToken"] is False, where
        assert pod["enableServiceLinks"] is False, where


@pytest.mark.parametrize("render", EVERYWHERE)
def test_every_container_is_confined_and_bounded(render: Render) -> None:
    for where, pod in pods(render()):
        container = container_of(pod)
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, where
        assert context["capabilities"] == {"drop": ["ALL"]}, where
        assert context.get("readOnlyRootFilesystem") is True or where in WRITES_ITS_ROOT, where
        assert container["resources"]["requests"].keys() == {
            "cpu",
            "memory",
            "ephemeral-storage",
        }, where
        assert container["resources"]["limits"].keys() == {"cpu", "memory", "ephemeral-storage"}, (
            where
        )


def test_every_pod_with_a_view_has_room_for_sqlites_sorting() -> None:
    """The index of a million invoices takes 100 MiB beside the view; beyond its limit a pod is
    evicted.
    """
    keepers = [
        (where, pod)
        for where, pod in pods(base_with("page", "digest"))
        if any(mount["mountPath"] == "/state" for mount in container_of(pod)["volumeMounts"])
    ]

    assert len(keepers) == 6
    for where, pod in keepers:
        (tmp,) = (each for each in pod["volumes"] if each["name"] == "tmp")
        assert tmp["emptyDir"] == {"sizeLimit": "1Gi"}, where


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_namespace_enforces_the_restricted_standard(name: str) -> None:
    labels = named(overlay(name), "Namespace", "invoice-connector")["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_probes_spread_and_a_disruption_budget(service: str) -> None:
    manifests = base_with()
    deployment = named(manifests, "Deployment", service)
    labels = deployment["spec"]["selector"]["matchLabels"]
    pod = deployment["spec"]["template"]["spec"]

    assert (
        named(manifests, "PodDisruptionBudget", service)["spec"]["selector"]["matchLabels"]
        == labels
    )
    assert named(manifests, "Service", service)["spec"]["selector"] == labels
    assert named(manifests, "ServiceAccount", service)["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == service
    assert {
        each["labelSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for each in pod["topologySpreadConstraints"]
    }
    assert container_of(pod)["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "ops"}
    assert container_of(pod)["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "ops"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_gets_the_time_that_its_shutdown_may_take(service: str) -> None:
    manifests = base_with()
    grace = int(named(manifests, "ConfigMap", "invoice-settings")["data"]["SHUTDOWN_GRACE_SECONDS"])
    pod = named(manifests, "Deployment", service)["spec"]["template"]["spec"]
    before = (
        container_of(pod).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    )

    assert pod["terminationGracePeriodSeconds"] >= before + grace + MARGIN


def test_connections_that_no_policy_allows_are_denied() -> None:
    policy = named(base_with(), "NetworkPolicy", "default-deny")

    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_webhook_cannot_call_out() -> None:
    policies = of_kind(overlay("production"), "NetworkPolicy")
    ports = {
        port["port"]
        for each in policies
        if selects(each["spec"]["podSelector"], "invoice-webhook")
        for rule in each["spec"].get("egress", ())
        for port in rule["ports"]
    }

    assert ports == {53, 9092}


def selects(selector: dict[str, object], name: str) -> bool:
    """Whether a pod selector covers the service; an empty one covers all."""
    return not selector or name in str(selector) or "part-of" in str(selector)
