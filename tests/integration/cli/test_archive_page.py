"""The queries of docs/archive.md, run unchanged on what the error-sink stored."""

import importlib.util
import re
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

from tests.builders import INVOICE_ID
from tests.integration.cli.records import failed_creating, failed_formatting, file
from tests.support.s3 import CREDENTIALS, Bucket
from tests.support.services import StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = pytest.mark.broker

PAGE = Path(__file__).parents[3] / "docs" / "archive.md"
SECRET, VIEW, *QUERIES = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
PLACE = "s3://metronome-invoices-errors/"


@pytest.fixture
def archived(topics: Topics, s3: Bucket, start_service: StartService) -> Bucket:
    """Return failures of three invoices, one of them twice, and a record that is not a failure,
    stored by the real error-sink.
    """
    settings = topics.settings | s3.settings | {"ERROR_SINK_MAX_SECONDS": "1"}
    sink = start_service("invoice-error-sink", settings)
    file(
        topics,
        failed_formatting(topics, INVOICE_ID, (0, 1)),
        failed_formatting(topics, INVOICE_ID, (0, 9)),
    )
    file(
        topics, failed_formatting(topics, "inv-2", (1, 1)), failed_creating(topics, "inv-3", (2, 1))
    )
    topics.produce("invoice-errors", [("x", b"no failure at all")])
    sink.wait_until_ready()
    eventually(lambda: len(s3.all_lines()) == 5)
    return s3


def test_the_queries_work_on_a_copy_of_the_bucket(archived: Bucket, tmp_path: Path) -> None:
    stored = archived.keys()
    for key in stored:
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(archived.get(key))

    assert_answers(duckdb.connect(), f"{tmp_path}/")


def test_the_queries_work_directly_on_the_bucket(archived: Bucket) -> None:
    connection = duckdb.connect()
    load_httpfs(connection)
    endpoint = urlsplit(archived.proxy.url).netloc
    connection.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{CREDENTIALS['AWS_ACCESS_KEY_ID']}', SECRET"
        f" '{CREDENTIALS['AWS_SECRET_ACCESS_KEY']}', ENDPOINT '{endpoint}', USE_SSL false,"
        " URL_STYLE 'path')"
    )

    assert_answers(connection, f"s3://{archived.name}/")


def assert_answers(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    connection.execute(VIEW.replace(PLACE, place))
    by_code, of_invoice, coming_back, at_stake, no_failures = (
        connection.execute(each).fetchall() for each in QUERIES
    )

    assert [row[:3] for row in by_code] == [
        ("formatter", "items-not-mapped", 2),
        ("creator", "provider-rejected", 1),
    ]
    assert [row[2] for row in of_invoice] == ["items-not-mapped", "items-not-mapped"]
    assert [row[1:] for row in coming_back] == [("items-not-mapped", None, 3, 2)]
    assert [(currency, str(total), count) for currency, total, count in at_stake] == [
        ("USD", "100.00000000", 1)
    ]
    assert [row[3]["value"] for row in no_failures] == ["no failure at all"]


def load_httpfs(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension from its wheel if installed, otherwise from DuckDB's own repository."""
    if (
        found := importlib.util.find_spec("duckdb_extension_httpfs")
    ) is not None and found.origin is not None:
        (path,) = Path(found.origin).parent.rglob("httpfs.duckdb_extension")
        connection.execute(f"LOAD '{path}'")
        return
    try:
        connection.execute("INSTALL httpfs; LOAD httpfs")
    except duckdb.Error as error:
        pytest.skip(f"DuckDB's httpfs extension cannot be had here: {error}")
