"""kube-score finds nothing critical and nothing to warn of; what it is told to ignore has its reason beside it."""

import shutil
import subprocess

import pytest
import yaml

from tests.manifests.rendering import OVERLAYS, overlay
from tests.manifests.structural import KUBERNETES

KUBE_SCORE = shutil.which("kube-score")


@pytest.mark.skipif(KUBE_SCORE is None, reason="needs kube-score (make tools)")
@pytest.mark.parametrize("name", OVERLAYS)
def test_kube_score_has_nothing_to_say(name: str) -> None:
    rendered = yaml.safe_dump_all(overlay(name))
    command = [str(KUBE_SCORE), "score", f"--kubernetes-version=v{KUBERNETES}", "--output-format=ci", "-"]

    done = subprocess.run(command, input=rendered, check=False, capture_output=True, text=True, timeout=60)

    assert [line for line in done.stdout.splitlines() if line.startswith(("[CRITICAL]", "[WARNING]"))] == []
    assert "[OK]" in done.stdout, done.stderr
