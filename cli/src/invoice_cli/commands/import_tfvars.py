"""``invoices import-tfvars``: the Lambda sample's Terraform variables as an overlay."""

from pathlib import Path
from typing import Annotated

import typer

from invoice_cli.exits import Exit, say
from invoice_operations.tfvars.overlay import import_file, write_overlay
from invoice_operations.tfvars.settings import Imported, secret_of


def import_tfvars(
    file: Annotated[Path, typer.Argument(help="A .tfvars or .tfvars.json file.")],
    to: Annotated[
        Path, typer.Option(help="Your overlay; its .env files and secrets.json are overwritten.")
    ] = Path(),
) -> None:
    """Turn the Lambda sample's Terraform variables into *.env ConfigMaps and secrets.json."""
    imported = import_file(file)
    for path in write_overlay(imported, to):
        say(f"wrote {path}")
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
