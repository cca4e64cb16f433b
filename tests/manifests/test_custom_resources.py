"""Custom resources have the shape that their operator defines, without unknown fields."""

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.manifests.definitions import SOURCES, definition
from tests.manifests.rendering import COMPONENTS, Manifest, base_with, of_kind
from tests.manifests.structural import assert_valid

SCHEMA = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "mode": {"type": "string", "enum": ["literal", "prefix"]},
                "port": {"x-kubernetes-int-or-string": True},
                "rules": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"count": {"type": "integer"}}},
                },
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "config": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        }
    },
}
WATCHER = {
    "spec": {
        "group": "example.com",
        "names": {"kind": "Watcher"},
        "versions": [
            {"name": "v1", "served": True, "schema": {"openAPIV3Schema": SCHEMA}},
            {"name": "v1beta1", "served": False, "schema": {"openAPIV3Schema": SCHEMA}},
        ],
    }
}


@pytest.mark.parametrize("kind", SOURCES)
def test_an_operator_accepts_every_object_of_its_kind(kind: str, cache: pytest.Cache) -> None:
    ours = of_kind([each for name in COMPONENTS for each in base_with(name)], kind)
    defined = definition(kind, cache)

    assert ours
    for manifest in ours:
        assert_valid(manifest, defined)


def watcher(**fields: Any) -> Manifest:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Watcher",
        "metadata": {"name": "a"},
        "spec": {},
        **fields,
    }


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(
            {"mode": "prefix", "rules": [{"count": 1}]}, id="the fields that the definition names"
        ),
        pytest.param({"port": 80}, id="an integer or string: an integer"),
        pytest.param({"port": "http"}, id="an integer or string: a string"),
        pytest.param({"labels": {"any": "name"}}, id="any names in a map"),
        pytest.param({"config": {"min.insync.replicas": 2}}, id="any fields in an open object"),
    ],
)
def test_a_definition_accepts(spec: Manifest) -> None:
    assert_valid(watcher(spec=spec), WATCHER)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"sepc": {}}, id="an unknown field"),
        pytest.param({"spec": {"modes": "prefix"}}, id="an unknown field of a field"),
        pytest.param({"spec": {"rules": [{"counts": 1}]}}, id="an unknown field of an item"),
        pytest.param({"spec": {"rules": [{"count": "1"}]}}, id="a wrong type"),
        pytest.param({"spec": {"port": True}}, id="neither integer nor string"),
        pytest.param({"spec": {"labels": {"a": 1}}}, id="a wrong type in a map"),
        pytest.param({"spec": {"mode": "suffix"}}, id="a value outside of the enumeration"),
        pytest.param({"metadata": {"name": "a", "lables": {}}}, id="unknown metadata"),
    ],
)
def test_a_definition_refuses(fields: Manifest) -> None:
    with pytest.raises(jsonschema.ValidationError):
        assert_valid(watcher(**fields), WATCHER)


def test_a_definition_refuses_an_object_without_what_it_requires() -> None:
    bare = watcher()
    del bare["spec"]

    with pytest.raises(jsonschema.ValidationError, match="'spec' is a required property"):
        assert_valid(bare, WATCHER)


def test_a_definition_refuses_a_version_that_is_no_longer_served() -> None:
    with pytest.raises(AssertionError, match="not among the served versions"):
        assert_valid(watcher(apiVersion="example.com/v1beta1"), WATCHER)
