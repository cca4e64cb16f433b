"""``invoices import-tfvars``: from the Lambda sample's Terraform variables to our ConfigMaps and Secrets."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from invoice_cli.exits import Exit, say
from invoice_operations.errors import InvalidRequest
from invoice_operations.tfvars.parser import parse_tfvars
from invoice_operations.tfvars.settings import Imported, import_variables, secret_of
from invoice_shared.serde import dumps, loads


def import_tfvars(
    file: Annotated[Path, typer.Argument(help="A .tfvars or .tfvars.json file.")],
    to: Annotated[Path, typer.Option(help="Your overlay; its .env files and secrets.json are written anew.")] = Path(),
) -> None:
    """Turn the Lambda sample's Terraform variables into ConfigMaps (*.env) and Secrets (secrets.json)."""
    try:
        text = file.read_bytes()
        variables = loads(text) if file.name.endswith(".json") else parse_tfvars(text.decode())
        imported = import_variables(variables)
        for path in _write(imported, to):
            say(f"wrote {path}")
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{file} cannot be imported: {error}") from error
    _report(imported)
    if imported.missing:
        raise SystemExit(int(Exit.ATTENTION))


def _report(imported: Imported) -> None:
    for name in imported.unknown:
        say(f"left out: {name} (the connector has no such setting)")
    for name, value in imported.defaults.items():
        say(f"taken from the sample's defaults: {name}={value}")
    for component, why in imported.unused.items():
        say(f"drop from kustomization.yaml: ../../components/{component} ({why})")
    if imported.missing:
        say(f"still to set: {', '.join(map(_with_its_secret, imported.missing))}")


def _with_its_secret(name: str) -> str:
    secret = secret_of(name)
    return f"{name} (Secret {secret})" if secret else name


def _write(imported: Imported, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for group, values in imported.config.items():
        path = folder / f"{group}.env"
        path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        written.append(path)
    if imported.secrets:
        written.append(_write_secrets(imported, folder / "secrets.json"))
    return written


def _write_secrets(imported: Imported, path: Path) -> Path:
    items = [_secret(name, values) for name, values in imported.secrets.items()]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        os.fchmod(descriptor, 0o600)  # also where the file was there
        output.write(dumps({"apiVersion": "v1", "kind": "List", "items": items}) + b"\n")
    return path


def _secret(name: str, values: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}
