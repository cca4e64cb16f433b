"""From a file of Terraform variables to the files of an overlay: ConfigMaps (*.env) and Secrets (secrets.json)."""

import os
from pathlib import Path
from typing import Any

from invoice_operations.errors import InvalidRequest
from invoice_operations.tfvars.parser import parse_tfvars
from invoice_operations.tfvars.settings import Imported, import_variables
from invoice_shared.serde import dumps, loads


def import_file(file: Path) -> Imported:
    """Read a ``.tfvars`` or ``.tfvars.json`` file and sort its variables. Raises ``InvalidRequest``."""
    try:
        content = file.read_bytes()
        variables = loads(content) if file.name.endswith(".json") else parse_tfvars(content.decode())
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{file} cannot be imported: {error}") from error
    if not isinstance(variables, dict):
        raise InvalidRequest(f"{file} cannot be imported: it is not a JSON object of variables.")
    return import_variables(variables)


def write_overlay(imported: Imported, folder: Path) -> list[Path]:
    """Write the files anew and return their paths. Raises ``InvalidRequest`` if the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [_write_config(folder / f"{group}.env", values) for group, values in imported.config.items()]
        if imported.secrets:
            written.append(_write_secrets(folder / "secrets.json", imported))
        return written
    except OSError as error:
        raise InvalidRequest(f"{folder} cannot be written: {error}") from error


def _write_config(path: Path, values: dict[str, str]) -> Path:
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return path


def _write_secrets(path: Path, imported: Imported) -> Path:
    items = [_secret(name, values) for name, values in imported.secrets.items()]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        os.fchmod(descriptor, 0o600)  # also if the file was there
        output.write(dumps({"apiVersion": "v1", "kind": "List", "items": items}) + b"\n")
    return path


def _secret(name: str, values: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}
