"""The CronJobs that reconcile: their arguments are the command line's, and together they look at every invoice."""

import pytest

from invoice_cli.lazy import loaded
from tests.manifests.rendering import Manifest, base_with, container_of, of_kind

JOBS = {
    each["metadata"]["name"]: each["spec"]["jobTemplate"]["spec"]
    for each in of_kind(base_with(), "CronJob")
    if each["metadata"]["name"].startswith("invoice-reconcile-")
}


def options(name: str) -> dict[str, object]:
    command, *arguments = container_of(JOBS[name]["template"]["spec"])["args"]
    return dict(loaded(command).make_context(command, arguments).params)


@pytest.mark.parametrize("name", JOBS)
def test_the_command_line_takes_the_arguments(name: str) -> None:
    assert options(name)["since"]


def test_what_is_dated_earlier_is_looked_at_too_by_the_ledger_alone() -> None:
    wide = options("invoice-reconcile-wide")

    assert (wide["since"], wide["fix"], wide["ledger_only"]) == ("400d", True, True)


@pytest.mark.parametrize("job", of_kind(base_with(), "CronJob"), ids=lambda job: str(job["metadata"]["name"]))
def test_the_view_is_on_a_disk_and_not_in_memory(job: Manifest) -> None:
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    container = container_of(pod)

    (place,) = [each["value"] for each in container["env"] if each["name"] == "INVOICES_STATE_DIR"]

    (name,) = [each["name"] for each in container["volumeMounts"] if each["mountPath"] == place]
    (volume,) = [each for each in pod["volumes"] if each["name"] == name]
    assert volume["emptyDir"] == {"sizeLimit": "4Gi"}
    assert container["resources"]["limits"]["ephemeral-storage"] == "5Gi"
