"""The CronJobs that reconcile: their arguments are valid, and together they check every invoice."""

from invoice_cli.lazy import loaded
from tests.manifests.rendering import Manifest, base_with, container_of, of_kind

RECONCILE = "invoice-reconcile-"


def cron_jobs() -> dict[str, Manifest]:
    return {
        job["metadata"]["name"]: job["spec"]["jobTemplate"]["spec"]
        for job in of_kind(base_with(), "CronJob")
    }


def options(job: Manifest) -> dict[str, object]:
    command, *arguments = container_of(job["template"]["spec"])["args"]
    return dict(loaded(command).make_context(command, arguments).params)


def test_the_command_line_accepts_the_arguments() -> None:
    jobs = {name: job for name, job in cron_jobs().items() if name.startswith(RECONCILE)}

    assert jobs
    for name, job in jobs.items():
        assert options(job)["since"], name


def test_earlier_invoices_are_checked_too_with_the_ledger_alone() -> None:
    wide = options(cron_jobs()[f"{RECONCILE}wide"])

    assert (wide["since"], wide["fix"], wide["ledger_only"]) == ("400d", True, True)


def test_the_view_is_on_a_disk_and_not_in_memory() -> None:
    for name, job in cron_jobs().items():
        check_disk(name, job["template"]["spec"])


def check_disk(name: str, pod: Manifest) -> None:
    container = container_of(pod)
    (place,) = [each["value"] for each in container["env"] if each["name"] == "INVOICES_STATE_DIR"]
    (mount,) = [each["name"] for each in container["volumeMounts"] if each["mountPath"] == place]
    (volume,) = [each for each in pod["volumes"] if each["name"] == mount]

    assert volume["emptyDir"] == {"sizeLimit": "4Gi"}, name
    assert container["resources"]["limits"]["ephemeral-storage"] == "5Gi", name
