"""kube-score finds nothing critical and nothing to warn about; what it is told to ignore has its
reason beside it.
"""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import partial

import pytest
import yaml

from tests.manifests.rendering import COMPONENTS, OVERLAYS, Manifest, base_with, overlay
from tests.manifests.structural import KUBERNETES

KUBE_SCORE = shutil.which("kube-score")
# The base names no tags; an overlay must.
NO_TAG = "--ignore-test=container-image-tag"


@pytest.mark.skipif(KUBE_SCORE is None, reason="needs kube-score (make tools)")
@pytest.mark.parametrize(
    ("manifests", "options"),
    [
        *(pytest.param(partial(overlay, name), [], id=name) for name in OVERLAYS),
        *(
            pytest.param(partial(base_with, name), [NO_TAG], id=f"with {name}")
            for name in COMPONENTS
        ),
    ],
)
def test_kube_score_finds_nothing(
    manifests: Callable[[], Sequence[Manifest]], options: list[str]
) -> None:
    rendered = yaml.safe_dump_all(manifests())
    command = [
        str(KUBE_SCORE),
        "score",
        f"--kubernetes-version=v{KUBERNETES}",
        "--output-format=ci",
        *options,
        "-",
    ]

    done = subprocess.run(
        command, input=rendered, check=False, capture_output=True, text=True, timeout=60
    )

    assert [
        line for line in done.stdout.splitlines() if line.startswith(("[CRITICAL]", "[WARNING]"))
    ] == []
    assert "[OK]" in done.stdout, done.stderr
