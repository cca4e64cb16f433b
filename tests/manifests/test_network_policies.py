"""The allowed connections are those in the picture of docs/data-flow.md: every one of them, and no
other.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.manifests.reachability import Place, allowed, pods_of
from tests.manifests.rendering import Manifest, base_with, overlay

# Where clusters have their pods; no policy may rely on the one or the other.
NETWORKS = {"pods at private addresses": "10.244.0", "pods at shared addresses": "100.64.0"}

# An address in no block of a policy with a broker's port: connections to it are allowed by labels
# only.
UNCOVERED = "198.18.0.1"

NAMES = {
    f"{place}:{port}" for place in ("dns", "node-dns", "host-dns") for port in ("53", "53/UDP")
}
BROKER = NAMES | {"broker:9092", "broker:9096"}
HTTPS = BROKER | {"internet:443"}
CREATORS = (
    "invoice-creator-netsuite",
    "invoice-creator-quickbooks-online",
    "invoice-creator-razorpay",
)
RECONCILE = ("invoice-reconcile-ledger", "invoice-reconcile-providers", "invoice-reconcile-wide")
CALLS_OUT = ("invoice-formatter", *CREATORS, "invoice-error-sink", *RECONCILE, "invoices")
PICTURE: dict[str, set[str]] = {"invoice-webhook": BROKER, **dict.fromkeys(CALLS_OUT, HTTPS)}

PRODUCTION = PICTURE | {"invoice-topics": BROKER, "ingress": {"invoice-webhook:8080"}}

OPS = {f"{name}:9100" for name in PICTURE}
BROKERS_ARE_PODS = {
    name: (reached - BROKER) | NAMES | {"strimzi:9093"} for name, reached in PICTURE.items()
}
OPERATORS = BROKERS_ARE_PODS | {"gateway": {"invoice-webhook:8080"}, "prometheus": OPS}

KAFKA = {"kafka:9092"}
SIMULATED = {"simulators:8001", "simulators:8002", "simulators:8003", "simulators:8004", "s3:7070"}
INSIDE = {
    "invoice-webhook": NAMES | KAFKA,
    **dict.fromkeys((*CALLS_OUT, "invoice-web"), NAMES | KAFKA | SIMULATED),
}
LOCAL = INSIDE | {
    "invoice-topics": NAMES | KAFKA,
    "demo": NAMES | KAFKA | SIMULATED | {"invoice-webhook:8080"},
    **dict.fromkeys(("kafka", "s3", "simulators"), NAMES),
}


def surroundings(network: str) -> list[Place]:
    """Return what surrounds the connector, inside and outside of the cluster."""
    brokers = {"strimzi.io/cluster": "kafka", "strimzi.io/kind": "Kafka"}
    return [
        Place("dns", f"{network}.200", ("53", "53/UDP"), "kube-system"),
        Place("node-dns", "169.254.20.10", ("53", "53/UDP")),
        Place("host-dns", "10.96.0.10", ("53", "53/UDP")),
        Place("ingress", f"{network}.201", ("443",), "ingress-nginx"),
        Place("gateway", f"{network}.202", ("443",), "gateway-system"),
        Place("prometheus", f"{network}.203", ("9090",), "monitoring"),
        Place("strimzi", UNCOVERED, ("9093", "22"), "kafka", brokers),
        Place("stranger", f"{network}.205", ("443", "8080"), "default"),
        Place("kubernetes", "10.96.0.1", ("443",)),
        Place("broker", "10.0.30.40", ("9092", "9096", "22", "443")),
        Place("neighbour", "10.20.30.40", ("9092", "443")),
        Place("metadata", "169.254.169.254", ("80", "443")),
        Place("internet", "203.0.113.10", ("443", "80", "25", "53", "9092")),
    ]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize(
    ("manifests", "picture"),
    [
        pytest.param(partial(overlay, "production"), PRODUCTION, id="production"),
        pytest.param(
            partial(base_with, "gateway", "prometheus", "strimzi"), OPERATORS, id="with operators"
        ),
        pytest.param(partial(overlay, "local"), LOCAL, id="local"),
    ],
)
def test_the_policies_allow_the_connections_of_the_picture_and_nothing_else(
    manifests: Callable[[], Sequence[Manifest]],
    picture: dict[str, set[str]],
    network: str,
    tmp_path: Path,
) -> None:
    around = surroundings(network)
    ours = pods_of(manifests(), network)

    connections = allowed(manifests(), [*ours, *around], tmp_path)

    names = {each.name for each in ours}
    concerning = {(a, b) for a, b in connections if a in names or b.partition(":")[0] in names}
    assert concerning == {(source, each) for source, reached in picture.items() for each in reached}
