"""The CronJobs that reconcile: their arguments are the command line's, and together they look at every invoice."""

import pytest
from typer.main import get_command

from invoice_cli.__main__ import app
from tests.manifests.rendering import base_with, container_of, of_kind

JOBS = {
    each["metadata"]["name"]: each["spec"]["jobTemplate"]["spec"]
    for each in of_kind(base_with(), "CronJob")
    if each["metadata"]["name"].startswith("invoice-reconcile-")
}


def options(name: str) -> dict[str, object]:
    command, *arguments = container_of(JOBS[name]["template"]["spec"])["args"]
    group = get_command(app)
    found = group.get_command(group.make_context("invoices", [command], resilient_parsing=True), command)  # type: ignore[attr-defined]
    assert found is not None
    return dict(found.make_context(command, arguments).params)


@pytest.mark.parametrize("name", JOBS)
def test_the_command_line_takes_the_arguments(name: str) -> None:
    assert options(name)["since"]


def test_what_is_dated_earlier_is_looked_at_too_by_the_ledger_alone() -> None:
    wide = options("invoice-reconcile-wide")

    assert (wide["since"], wide["fix"], wide["ledger_only"]) == ("400d", True, True)
