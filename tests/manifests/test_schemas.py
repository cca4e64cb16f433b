"""Every rendered object has the shape that Kubernetes defines, without unknown fields."""

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from tests.manifests.definitions import SOURCES
from tests.manifests.rendering import COMPONENTS, OVERLAYS, Manifest, base_with, overlay
from tests.manifests.structural import KUBERNETES


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_has_only_valid_objects(name: str) -> None:
    for manifest in overlay(name):
        assert_valid(manifest)


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_can_be_added_to_the_base_alone(component: str) -> None:
    for manifest in base_with(component):
        assert_valid(manifest)


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_object_appears_twice(name: str) -> None:
    keys = [(each["kind"], each["metadata"]["name"]) for each in overlay(name)]

    assert len(keys) == len(set(keys))


def assert_valid(manifest: Manifest) -> None:
    if manifest["kind"] in SOURCES:  # that of an operator: test_custom_resources.py
        return
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
