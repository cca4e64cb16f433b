"""Settings from a file of lines ``NAME=value``, as docker compose reads it."""

import io
from pathlib import Path

from dotenv import load_dotenv
from dotenv.parser import parse_stream

from invoice_operations.errors import InvalidRequest


def read_env_file(file: Path) -> None:
    """Add a file's settings to the environment, whose own values override them.

    Raises ``InvalidRequest``.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f'"{file}" cannot be read: give a file of UTF-8 text.') from error
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or "\x00" in binding.original.string:
            raise InvalidRequest(
                f'Invalid line {binding.original.line} of "{file}": use NAME=value.'
            )
    load_dotenv(stream=io.StringIO(text), interpolate=False)
