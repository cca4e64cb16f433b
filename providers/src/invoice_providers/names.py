"""The known destinations: the folders of this package with a ``provider.py``.

Imports none of them.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

import invoice_providers


@cache
def destinations() -> tuple[str, ...]:
    """Return their names, sorted."""
    modules = [
        module
        for place in invoice_providers.__path__
        for module in Path(place).glob("*/provider.py")
    ]
    return tuple(sorted(module.parent.name for module in modules))


def all_destinations() -> str:
    """Return their names, separated by commas."""
    return ", ".join(destinations())


def metronome_name(destination: str) -> str:
    """Return Metronome's name of a destination; imports its folder without its client."""
    name: str = import_module(f"invoice_providers.{destination}").METRONOME_NAME
    return name
