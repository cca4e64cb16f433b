"""A custom resource compared with its definition, as strictly as by the API server: unknown fields
fail.

Rules in CEL (``x-kubernetes-validations``) are left to the API server itself:
``test_in_a_cluster.py``.
"""

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import kubernetes_validate  # type: ignore[import-untyped]

from tests.manifests.rendering import Manifest

KUBERNETES = "1.34"
ANYTHING: dict[str, Any] = {}


def assert_valid(manifest: Manifest, definition: Manifest) -> None:
    """Raise unless a definition accepts an object."""
    group, _, version = manifest["apiVersion"].partition("/")
    served = {
        each["name"]: each["schema"]["openAPIV3Schema"]
        for each in definition["spec"]["versions"]
        if each["served"]
    }
    assert (group, manifest["kind"]) == (
        definition["spec"]["group"],
        definition["spec"]["names"]["kind"],
    )
    assert version in served, f"{version}: not among the served versions {sorted(served)}"
    schema = closed(served[version])
    schema["properties"] |= dict.fromkeys(("apiVersion", "kind", "metadata"), ANYTHING)
    jsonschema.Draft4Validator(schema).validate(manifest)
    assert_metadata_valid(manifest)


def assert_metadata_valid(manifest: Manifest) -> None:
    """Raise unless the metadata are those of any object; no definition covers them."""
    plainest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": manifest["metadata"]}
    kubernetes_validate.validate(plainest, KUBERNETES, strict=True)


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of a structural schema, whose objects have only the fields that it
    names.
    """
    made = dict(schema)
    if schema.get("x-kubernetes-int-or-string"):
        made["type"] = ["integer", "string"]
    if "properties" in schema:
        made["properties"] = {name: closed(each) for name, each in schema["properties"].items()}
    if "items" in schema:
        made["items"] = closed(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = closed(schema["additionalProperties"])
    elif schema.get("type") == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made
