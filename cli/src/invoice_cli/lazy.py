"""A group that imports a command when it is used: the help and completion import none."""

from importlib import import_module
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from invoice_cli.index import INDEX


class Commands(TyperGroup):
    """The commands of the index."""

    def list_commands(self, _context: Any) -> list[str]:
        """Return the names in the order of the index."""
        return list(INDEX)

    def get_command(self, _context: Any, name: str) -> TyperCommand | None:
        """Return a command's entry in the help."""
        listed = INDEX.get(name)
        return None if listed is None else TyperCommand(name, help=listed.summary)

    def resolve_command(self, context: Any, args: list[str]) -> Any:
        """Return the command to run, or to show the options of."""
        name, shown, rest = super().resolve_command(context, args)
        return name, loaded(shown.name) if shown is not None and shown.name else shown, rest

    def invoke(self, context: Any) -> Any:
        """Run a command; an error ends it with one line."""
        running = import_module("invoice_cli.running")
        with running.ended_with_one_line():
            return super().invoke(context)


def loaded(name: str) -> Any:
    """Import a command."""
    module = import_module(f"invoice_cli.commands.{INDEX[name].module}")
    info = CommandInfo(
        name=name, cls=TyperCommand, callback=getattr(module, name.replace("-", "_"))
    )
    return get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode="rich")
