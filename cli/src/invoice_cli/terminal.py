"""The consoles of the command line, whose output cannot control the terminal."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from invoice_shared.harmless import harmless

# Nothing is cut or wrapped if a program reads it: one line per row.
PIPE_WIDTH = 10_000


class SafeConsole(Console):
    """A console that removes control characters from each piece of text."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the pieces of text, cleaned."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=harmless(segment.text))


def terminal(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console on stdout or stderr that shows texts as they are, brackets included."""
    return SafeConsole(stderr=stderr, width=width, markup=False, highlight=False)
