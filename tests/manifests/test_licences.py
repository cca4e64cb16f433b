"""Every package in an image has a licence that only asks to keep the notice."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any

import pytest

from tests.manifests.test_dependencies import FOLDERS, locked

PERMISSIVE = re.compile(
    r"MIT|MIT-0|MIT License|BSD.*|3-Clause BSD License|Apache.*|ISC"
    r" License.*|PSF-2\.0|CNRI-Python|AFL-2\.1"
    r"|Public Domain|Python Software Foundation License|Repoze Public License"
)
# Copyleft by file, of a file that is not changed: the list of certificate authorities.
BY_FILE = {"certifi": "Mozilla Public License 2.0 (MPL 2.0)"}


@pytest.mark.parametrize("member", FOLDERS)
def test_every_licence_is_permissive(member: str) -> None:
    licences = {
        name: licence for name in locked(member) if (licence := licence_of(name)) is not None
    }

    surprises = {name: licence for name, licence in licences.items() if not is_permissive(licence)}
    assert surprises.items() <= BY_FILE.items()


def licence_of(name: str) -> str | None:
    """Return what a package declares; ``None`` for one that is not installed on this platform."""
    try:
        said: dict[str, Any] = metadata(name).json
    except PackageNotFoundError:
        return None
    classifiers = [each for each in said.get("classifier", ()) if each.startswith("License ::")]
    named = "; ".join(each.rpartition(" :: ")[2] for each in classifiers)
    return str(
        said.get("license_expression") or named or said.get("license", "").partition("\n")[0]
    )


def is_permissive(licence: str) -> bool:
    parts = re.split(r"; | AND | OR ", licence)
    return all(PERMISSIVE.fullmatch(part.strip()) for part in parts)
