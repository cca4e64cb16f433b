"""Every rendered object has the shape that Kubernetes knows, with no field too many."""

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from tests.manifests.rendering import COMPONENTS, OVERLAYS, Manifest, base_with, overlay

KUBERNETES = "1.34"
OPERATORS = {
    "external-secrets.io/v1",
    "gateway.networking.k8s.io/v1",
    "kafka.strimzi.io/v1beta2",
    "keda.sh/v1alpha1",
    "monitoring.coreos.com/v1",
}
"""Kinds that an operator brings; their schemas are not Kubernetes' own."""


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_has_valid_objects_only(name: str) -> None:
    for manifest in overlay(name):
        assert_valid(manifest)


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_fits_onto_the_base_alone(component: str) -> None:
    for manifest in base_with(component):
        assert_valid(manifest)


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_object_is_there_twice(name: str) -> None:
    keys = [(each["kind"], each["metadata"]["name"]) for each in overlay(name)]

    assert len(keys) == len(set(keys))


def assert_valid(manifest: Manifest) -> None:
    if manifest["apiVersion"] in OPERATORS:
        return
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
