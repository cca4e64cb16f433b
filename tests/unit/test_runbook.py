"""The runbook has every alert, metric and skip reason under its actual name."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from invoice_shared.errors import CredentialsRefused
from invoice_shared.failure import SkipReason
from invoice_shared.metrics import Metrics

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
DATA_FLOW = (ROOT / "docs" / "data-flow.md").read_text()
RULES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "k8s/components/prometheus/alerts.yaml").read_text()
)["spec"]["groups"][0]["rules"]
# Metrics of Prometheus itself and of kube-state-metrics.
OTHERS_OWN = (
    "up",
    "kube_cronjob_created",
    "kube_cronjob_status_last_successful_time",
    "kube_deployment_status_replicas_available",
)
SELECTION = re.compile(r"\b(?P<name>[a-z]+_\w+|up)(?:\{(?P<labels>[^}]*)\})?(?=[)\[\s]|$)")
WORDS = ("by", "absent", "min_over_time")


def section(heading: str) -> str:
    return RUNBOOK.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def families() -> list[Metric]:
    """Return every metric that a service may show, with its samples once all has happened."""
    metrics = Metrics()
    metrics.webhook("accepted")
    metrics.formatted("netsuite")
    metrics.created("netsuite", "invoice")
    metrics.skipped("zero-total")
    metrics.failed("webhook", "unusable-event")
    metrics.called("netsuite", CredentialsRefused(""), 0.1)
    metrics.circuit("netsuite", True)
    metrics.tokens_unsaved("quickbooks_online", True)
    metrics.not_ready(["bucket"])
    metrics.login_ends("quickbooks_online", "total", datetime.now(UTC))
    metrics.lost("raw-invoices", 1)
    metrics.start_unknown("raw-invoices")
    return list(text_string_to_metric_families(metrics.exposition().decode()))


def exposed() -> dict[str, set[str]]:
    """Return the label names of every sample."""
    return {sample.name: set(sample.labels) for family in families() for sample in family.samples}


def selections(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Return the metrics that an expression asks for, each with the labels that it selects by."""
    for found in SELECTION.finditer(expression):
        if found["name"] not in WORDS:
            yield found["name"], set(re.findall(r"(\w+)=", found["labels"] or ""))


def test_every_alert_has_a_heading_and_every_heading_an_alert() -> None:
    assert re.findall(r"^### (.*)$", section("Alerts"), re.MULTILINE) == [
        rule["alert"] for rule in RULES
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_asks_for_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    ours = {name: labels for name, labels in selections(rule["expr"]) if name not in OTHERS_OWN}

    assert ours or any(name in rule["expr"] for name in OTHERS_OWN)
    assert ours.keys() <= exposed().keys()
    assert all(labels <= exposed()[name] for name, labels in ours.items())
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"


def test_all_our_metrics_can_be_recognised_by_their_names() -> None:
    assert [
        each.name
        for each in families()
        if not each.name.startswith(("invoice_connector_", "process_"))
    ] == []


def test_no_metric_is_missing_from_the_list_for_lack_of_samples() -> None:
    assert [each.name for each in families() if not each.samples] == []


def test_the_page_lists_all_metrics_and_no_others() -> None:
    rows = re.findall(r"^\| `(\w+)` \|(.*?)\|", section("Metrics"), re.MULTILINE)

    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows} == {
        name.removesuffix("_count"): labels
        for name, labels in exposed().items()
        if not name.startswith("process_") and not name.endswith(("_created", "_bucket", "_sum"))
    }


@pytest.mark.parametrize("reason", get_args(SkipReason))
def test_every_skip_reason_is_on_the_page_of_the_data_flow(reason: str) -> None:
    assert f"`{reason}`" in DATA_FLOW.split("## What is skipped")[1].split("\n## ")[0]
