"""Migration from the Lambda sample: following docs/deploy.md to the letter results in an overlay
whose pods start.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from invoice_cli.commands.import_tfvars import import_tfvars
from invoice_providers.names import destinations
from invoice_shared.serde import loads
from tests.manifests.rendering import K8S, Manifest, container_of, environment, pods, render
from tests.manifests.settings_of import SERVICES, provide, runs, start

# As in the sample's README.
SAMPLE = """
metronome_api_key="YOUR_METRONOME_API_KEY"
metronome_webhook_secret="YOUR_METRONOME_WEBHOOK_SECRET"
# if you use Netsuite a billing provider
ns_account_id="TSTDRV1234"
ns_consumer_key="NETSUITE_CONSUMER_KEY"
ns_consumer_secret="NS_CONSUMER_SECRET"
ns_token_id="NS_TOKEN_ID"
ns_token_secret="NS_TOKEN_SECRET"
"""
RAZORPAY = """
razorpay_apikey_id="RAZORPAY_API_KEY_ID"
razorpay_apikey_secret="RAZORPAY_API_KEY_SECRET"
"""
QUICKBOOKS = """
qbo_client_id="QBO_CLIENT_ID"
qbo_client_secret="QBO_CLIENT_SECRET"
qbo_realm_id="9130350000000001"
"""
# Answers of a person to "still to set".
TO_SET = {
    "KAFKA_BOOTSTRAP_SERVERS": "broker.internal:9096",
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "KAFKA_SASL_USERNAME": "invoices",
    "KAFKA_SASL_PASSWORD": "secret",
    "LOG_ERRORS_BUCKET_NAME_S3": "our-failures",
    "QBO_REFRESH_TOKEN": "first",
    "QBO_TOKEN_STORE": "s3://our-failures/quickbooks.json",
}


@pytest.fixture(
    params=[RAZORPAY, QUICKBOOKS, RAZORPAY + QUICKBOOKS, ""],
    ids=["razorpay", "quickbooks", "all", "netsuite"],
)
def variables(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "production.tfvars"
    file.write_text(SAMPLE + request.param)
    return file


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    for part in ("base", "components", "overlays/production"):
        shutil.copytree(K8S / part, tmp_path / "k8s" / part)
    return (tmp_path / "k8s/overlays/production").rename(tmp_path / "k8s/overlays/mine")


def test_every_file_of_settings_is_replaced() -> None:
    kustomization = yaml.safe_load((K8S / "overlays/production/kustomization.yaml").read_text())

    assert {file for each in kustomization["configMapGenerator"] for file in each["envs"]} == {
        f"{name}.env" for name in ("settings", *(name.replace("_", "-") for name in destinations()))
    }


def test_with_the_sample_alone_every_missing_secret_is_named(
    variables: Path, mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        import_tfvars(variables, mine)

    said = capsys.readouterr().err
    drop_what_is_named(mine, said)
    unsaid = {
        (secret, key)
        for secret, key in mounted(render(mine)) - written(mine)
        if f"{key} (Secret {secret})" not in said
    }
    assert unsaid == set()


def test_with_the_missing_settings_every_pod_starts_and_nothing_of_the_example_is_left(
    variables: Path,
    mine: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    answer(variables, mine, capsys)

    import_tfvars(variables, mine)

    drop_what_is_named(mine, capsys.readouterr().err)
    manifests = render(mine)
    assert "ExternalSecret" not in {each["kind"] for each in manifests}
    assert mounted(manifests) == written(mine)
    assert not any(
        "example" in value
        for _where, pod in pods(manifests)
        for value in environment(manifests, pod).values()
    )
    for where, pod in pods(manifests):
        for script in SERVICES:
            if runs(where, script):
                start_with(script, environment(manifests, pod), monkeypatch, tmp_path)


def answer(variables: Path, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Add the missing settings to the file of variables."""
    with pytest.raises(SystemExit):
        import_tfvars(variables, mine)
    (asked,) = re.findall("^still to set: (.*)$", capsys.readouterr().err, re.MULTILINE)
    with variables.open("a") as file:
        for name in re.sub(r" \(.*?\)", "", asked).split(", "):
            file.write(f'{name.lower()} = "{TO_SET[name]}"\n')


def drop_what_is_named(mine: Path, said: str) -> None:
    named = re.findall(r"^drop from kustomization.yaml: (\S+) ", said, re.MULTILINE)
    file = mine / "kustomization.yaml"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not set(line.split()) & set(named)))


def mounted(manifests: tuple[Manifest, ...]) -> set[tuple[str, str]]:
    """Return Secret and key of each file that a pod has to read."""
    return {each for _where, pod in pods(manifests) for each in mounted_by(manifests, pod)}


def mounted_by(manifests: tuple[Manifest, ...], pod: Manifest) -> Iterator[tuple[str, str]]:
    secret_by_volume = {
        each["name"]: each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each
    }
    mounts = container_of(pod)["volumeMounts"]
    secret_by_path = {each["mountPath"]: secret_by_volume.get(each["name"]) for each in mounts}
    for name, path in environment(manifests, pod).items():
        folder, _, key = path.rpartition("/")
        if name.endswith("_FILE") and (secret := secret_by_path[folder]):
            yield secret, key


def written(mine: Path) -> set[tuple[str, str]]:
    items: list[Any] = loads((mine / "secrets.json").read_bytes())["items"]
    return {(item["metadata"]["name"], key) for item in items for key in item["stringData"]}


def start_with(
    script: str, values: dict[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """Read a service's settings from those of its pod."""
    with monkeypatch.context() as patched:
        provide(values, patched, folder)
        start(script)
