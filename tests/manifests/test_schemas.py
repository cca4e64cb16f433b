"""Every rendered object has the shape that Kubernetes knows, with no field too many."""

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from tests.manifests.definitions import SOURCES
from tests.manifests.rendering import COMPONENTS, OVERLAYS, Manifest, base_with, overlay
from tests.manifests.structural import KUBERNETES


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
    if manifest["kind"] in SOURCES:  # an operator's: test_custom_resources.py
        return
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
