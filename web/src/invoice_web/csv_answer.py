"""A response as CSV that is written while it is made."""

import asyncio
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from invoice_operations.plain import plain
from invoice_shared.harmless import harmless_cell
from invoice_web.guard import secure

Batches = Iterable[Sequence[Mapping[str, Any]]]


async def csv_answer(
    request: web.Request, file: str, columns: Sequence[str], batches: Batches
) -> web.StreamResponse:
    """Return a response with a CSV file.

    Each batch is made in a thread, and sent before the next one is made.
    """
    answered = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{file}"'})
    answered.content_type, answered.charset = "text/csv", "utf-8"
    secure(request, answered)
    await answered.prepare(request)
    chunks = csv_chunks(columns, batches)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        await answered.write(chunk.encode("utf-8", "replace"))
    await answered.write_eof()
    return answered


def csv_chunks(columns: Sequence[str], batches: Batches) -> Iterator[str]:
    """Yield a header and the lines of each batch. Pure."""
    yield _lines([columns])
    for rows in batches:
        yield _lines([_cell(row[name]) for name in columns] for row in rows)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    return harmless_cell("" if value is None else str(plain(value)))
