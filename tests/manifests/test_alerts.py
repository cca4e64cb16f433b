"""Each alert fires when it must and is silent when it must not (``alerts.test.yaml``), and every
deployment is watched.
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.manifests.rendering import base_with, named, of_kind

SCENARIOS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("alerts.test.yaml").read_text())
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="needs promtool (Debian's package prometheus)"
)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Return the rules in a file of their own, as the operator hands them to Prometheus."""
    file = tmp_path / "rules.yaml"
    file.write_text(
        yaml.safe_dump(
            named(base_with("prometheus"), "PrometheusRule", "invoice-connector")["spec"]
        )
    )
    return file


@needs_promtool
def test_prometheus_accepts_the_rules(rules: Path) -> None:
    assert promtool("check", "rules", str(rules)) == ""


@needs_promtool
@pytest.mark.parametrize("scenario", SCENARIOS["tests"], ids=lambda scenario: str(scenario["name"]))
def test_an_alert_fires_as_its_scenario_says(scenario: dict[str, Any], rules: Path) -> None:
    file = rules.with_name("scenario.yaml")
    file.write_text(yaml.safe_dump(SCENARIOS | {"tests": [scenario]}))

    assert promtool("test", "rules", str(file)) == ""


def test_every_alert_has_a_scenario_that_fires_and_one_that_is_silent() -> None:
    seen = {
        (each["alertname"], bool(each["exp_alerts"]))
        for test in SCENARIOS["tests"]
        for each in test["alert_rule_test"]
    }

    assert seen == {(name, fires) for name in expressions() for fires in (True, False)}


def test_every_deployment_has_an_alert_for_its_absence_by_the_label_of_its_pods() -> None:
    manifests = base_with("prometheus")
    (endpoint,) = named(manifests, "PodMonitor", "invoice-connector")["spec"]["podMetricsEndpoints"]
    (relabeling,) = endpoint["relabelings"]
    replica_sets = [
        f"{each['metadata']['name']}-7d9f8c5b6" for each in of_kind(manifests, "Deployment")
    ]

    labels = {re.sub(f"^{relabeling['regex']}$", r"\1", name) for name in replica_sets}

    label = relabeling["targetLabel"]
    assert labels == set(
        re.findall(rf'absent\(up\{{.*\b{label}="(.+?)"\}}\)', expressions()["ServiceDown"])
    )


def test_every_reconciliation_is_watched() -> None:
    jobs = of_kind(base_with("prometheus"), "CronJob")

    running = {each["metadata"]["name"] for each in jobs if not each["spec"].get("suspend")}
    assert running == set(re.findall(r'cronjob="(.+?)"', expressions()["BooksDisagree"]))


def expressions() -> dict[str, str]:
    """Return the expression of each alert."""
    spec = named(base_with("prometheus"), "PrometheusRule", "invoice-connector")["spec"]
    return {rule["alert"]: rule["expr"] for group in spec["groups"] for rule in group["rules"]}


def promtool(*arguments: str) -> str:
    """Return the problems that promtool finds."""
    done = subprocess.run(
        [str(PROMTOOL), *arguments], check=False, capture_output=True, text=True, timeout=120
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
