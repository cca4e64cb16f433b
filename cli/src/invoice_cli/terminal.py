"""The consoles of the command line: what they show steers no terminal, whoever wrote it."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from invoice_operations.harmless import harmless

# Nothing is cut or wrapped where a program reads: one line per row.
PIPE_WIDTH = 10_000


class SafeConsole(Console):
    """Cleans each piece of text; colours and bars are the console's own."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the pieces of what is shown."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=harmless(segment.text))


def terminal(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console on stdout or stderr. Texts are shown as they are: brackets are no markup."""
    return SafeConsole(stderr=stderr, width=width, markup=False, highlight=False)
