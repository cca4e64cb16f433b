"""Turn a file of Terraform variables into an overlay's *.env files and secrets.json."""

import os
from pathlib import Path
from typing import Any

from invoice_operations.errors import InvalidRequest
from invoice_operations.tfvars.parser import parse_tfvars
from invoice_operations.tfvars.settings import Imported, import_variables
from invoice_shared.serde import dumps, loads


def import_file(file: Path) -> Imported:
    """Read a ``.tfvars`` or ``.tfvars.json`` file and group its variables.

    Raises ``InvalidRequest``.
    """
    try:
        text = _text_of(file.read_bytes())
        variables = loads(text) if file.name.endswith(".json") else parse_tfvars(text)
        if not isinstance(variables, dict):
            raise InvalidRequest("It is not a JSON object of variables.")
        if not variables:
            raise InvalidRequest("It contains no variables.")
        return import_variables(variables)
    except (OSError, ValueError, InvalidRequest) as error:
        raise InvalidRequest(f"{file} cannot be imported: {error}") from error


def _text_of(content: bytes) -> str:
    """Return the text of a file, without a byte order mark. Raises ``InvalidRequest``."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        raise InvalidRequest(
            f"Line {line}: this is not UTF-8. Save the file as UTF-8 text."
        ) from error


def write_overlay(imported: Imported, folder: Path) -> list[Path]:
    """Write or overwrite the files and return their paths.

    Raises ``InvalidRequest`` if the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [
            _write_config(folder / f"{group}.env", values)
            for group, values in imported.config.items()
        ]
        if imported.secrets:
            written.append(_write_secrets(folder / "secrets.json", imported))
        return written
    except OSError as error:
        raise InvalidRequest(f"{folder} cannot be written: {error}") from error


def _write_config(path: Path, values: dict[str, str]) -> Path:
    path.write_text(
        "".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8"
    )
    return path


def _write_secrets(path: Path, imported: Imported) -> Path:
    items = [_secret(name, values) for name, values in imported.secrets.items()]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        os.fchmod(descriptor, 0o600)  # also if the file existed before
        output.write(dumps({"apiVersion": "v1", "kind": "List", "items": items}) + b"\n")
    return path


def _secret(name: str, values: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}
