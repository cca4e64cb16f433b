"""Each pod gets the settings that its process reads and no others, and starts with them."""

from pathlib import Path

import pytest

from invoice_creator.settings import CreatorSettings
from invoice_operations.topics import plan
from invoice_providers.names import destinations
from invoice_shared.settings import KafkaSettings, read
from tests.manifests.rendering import (
    OVERLAYS,
    Manifest,
    base_with,
    environment,
    named,
    of_kind,
    overlay,
    pods,
)
from tests.manifests.settings_of import SERVICES, is_known, names, provide, runs, secrets, start

# Settings of a Deployment of its own: its name is its consumer group.
OWN = {"KAFKA_CONSUMER_GROUP", "CREATOR_DESTINATIONS"}


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_variable_is_read_by_a_process(name: str) -> None:
    manifests = overlay(name)
    connector = [
        (where, pod) for where, pod in pods(manifests) if where.split("/")[1].startswith("invoice")
    ]

    unknown = {
        (where, each)
        for where, pod in connector
        for each in environment(manifests, pod)
        if not is_known(each)
    }
    assert unknown == set()


def test_the_config_maps_contain_every_setting_that_is_not_a_secret() -> None:
    held = {key for each in of_kind(base_with("page"), "ConfigMap") for key in each["data"]}

    assert held == names() - secrets() - OWN


def test_every_secret_is_mounted_under_its_name_by_production_and_its_alternatives() -> None:
    mounted = {
        variable.removesuffix("_FILE"): value
        for manifests in (overlay("production"), base_with("netsuite-oauth"), base_with("page"))
        for _where, pod in pods(manifests)
        for variable, value in environment(manifests, pod).items()
        if variable.endswith("_FILE")
    }

    assert mounted.keys() == secrets()
    assert {value.rpartition("/")[2] for value in mounted.values()} == mounted.keys()


@pytest.mark.parametrize("name", OVERLAYS)
@pytest.mark.parametrize("script", SERVICES)
def test_every_service_starts_with_the_settings_of_its_pods(
    name: str, script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    manifests = overlay(name)
    for where, pod in pods(manifests):
        if runs(where, script):
            with monkeypatch.context() as patched:
                provide(environment(manifests, pod), patched, tmp_path)
                start(script)


@pytest.mark.parametrize("destination", destinations())
def test_a_creator_takes_one_destination_in_a_group_named_after_it(
    destination: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    manifests = overlay("production")
    name = f"invoice-creator-{destination.replace('_', '-')}"
    pod = dict(pods(manifests))[f"Deployment/{name}"]
    provide(environment(manifests, pod), monkeypatch, tmp_path)

    settings = read(CreatorSettings)

    assert settings.creator_destinations == (destination,)
    assert settings.consumer_group() == f"invoice-creator-{destination}"


def test_a_restart_for_lack_of_progress_comes_after_the_patience() -> None:
    settings = named(base_with(), "ConfigMap", "invoice-settings")["data"]

    assert int(settings["LIVENESS_STALL_SECONDS"]) > int(settings["RETRY_PATIENCE_SECONDS"])


def test_strimzis_topics_are_those_of_the_command_line() -> None:
    manifests = base_with("strimzi")
    declared = {
        each["metadata"]["name"]: (
            each["spec"]["partitions"],
            each["spec"]["replicas"],
            texts(each["spec"]["config"]),
        )
        for each in of_kind(manifests, "KafkaTopic")
    }

    assert declared == {
        each.name: (each.partitions, each.replication_factor, each.config)
        for each in plan(KafkaSettings(), 12, 3, 2)
    }


def texts(config: Manifest) -> dict[str, str]:
    return {name: str(value) for name, value in config.items()}
