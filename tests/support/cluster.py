"""A cluster by kubectl: the one that KUBECONFIG names, and only if the tests are told that they may
use it.
"""

import json
import os
import subprocess
from typing import Any

import pytest

NAMESPACE = "invoice-connector"
PERMISSION = "INVOICES_TEST_CLUSTER"


def needs_cluster() -> None:
    """Skip unless a cluster is named and the tests may put the local overlay and, for a moment,
    definitions into it.
    """
    if not (os.environ.get("KUBECONFIG") and os.environ.get(PERMISSION)):
        pytest.skip(
            f"needs KUBECONFIG, and {PERMISSION}=yes as permission to apply the local overlay there"
        )


def kubectl(*arguments: str, given: str | None = None, timeout: float = 120) -> str:
    """Run kubectl in the connector's namespace, and return what it prints. Fails with its
    message.
    """
    command = ["kubectl", f"--namespace={NAMESPACE}", *arguments]
    done = subprocess.run(
        command, input=given, check=False, capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def listed(kind: str, selector: str = "") -> list[Any]:
    """Return the objects of a kind."""
    items: list[Any] = json.loads(kubectl("get", kind, f"--selector={selector}", "--output=json"))[
        "items"
    ]
    return items


def ask_simulator(system: str, path: str) -> Any:
    """GET a path of a simulated system's control API, through the API server."""
    return json.loads(kubectl("get", "--raw", _place(system, path)))


def tell_simulator(system: str, path: str, body: Any) -> None:
    """POST to a simulated system's control API, through the API server."""
    kubectl("create", "--raw", _place(system, path), "--filename=-", given=json.dumps(body))


def _place(system: str, path: str) -> str:
    return f"/api/v1/namespaces/{NAMESPACE}/services/simulators:{system}/proxy/_control/{path}"
