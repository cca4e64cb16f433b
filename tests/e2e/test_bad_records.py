"""Records that nobody can use: every consumer survives them and keeps their bytes."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.e2e.connector import Connector
from tests.e2e.originals import bytes_of
from tests.support.topics import Seen, Topics
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

LARGE = b'{"schema_version": 1, "text": "' + "ü".encode() * 450_000 + b'"}'

BAD: dict[str, tuple[bytes | None, bytes | None]] = {
    "not JSON": (b"a", b"this is not JSON"),
    "not UTF-8": (b"b", b"\xff\xfe\x00\x01"),
    "null value": (b"c", None),
    "empty value": (b"d", b""),
    "a list": (b"e", b"[1, 2]"),
    "a number": (b"f", b"12345678901234567890.12"),
    "wrong schema": (b"g", b'{"schema_version": 1, "invoice_id": 7}'),
    "foreign schema version": (b"h", b'{"schema_version": 99, "invoice_id": "inv-99"}'),
    "no schema version": (b"i", b'{"invoice_id": "inv-none"}'),
    "NaN": (b"j", b'{"schema_version": NaN}'),
    "nested too deep": (b"k", b"[" * 100_000),
    "900 KB of text": (b"l", LARGE),
    "900 KB of bytes": (b"m", bytes(range(256)) * 3_600),
    "half a surrogate pair": (b"n", b'{"schema_version": 1, "invoice_id": "\\ud800"}'),
    "no key": (None, b"without a key"),
    "a key of bytes": (b"\xff\xfe", b"with a strange key"),
}

CONSUMERS = {
    "invoice-formatter": ("raw-invoices", "formatter"),
    "invoice-creator": ("formatted-invoices", "creator"),
}


@pytest.mark.parametrize("script", CONSUMERS)
def test_a_consumer_files_each_bad_record_with_its_bytes_and_continues(
    connector: Connector, script: str
) -> None:
    topic, stage = CONSUMERS[script]
    connector.start(script)

    connector.topics.produce(topic, BAD.values(), headers={"event-id": b"ev-1"})
    eventually(lambda: connector.topics.lag(script, topic) == 0, timeout=60)

    sources = {(record.partition, record.offset): record for record in connector.topics.read(topic)}
    failures = {position(failure): failure for failure in connector.failures()}
    assert len(sources) == len(BAD)
    assert failures.keys() == sources.keys()
    assert [seen.key for place, seen in sources.items() if not keeps(failures[place], seen)] == []
    assert {(failure["stage"], failure["code"]) for failure in failures.values()} == {
        (stage, "malformed-record")
    }
    assert len({failure["failure_id"] for failure in failures.values()}) == len(BAD)
    assert connector.services[script].is_ready()


def test_the_error_sink_archives_everything_in_its_topic(connector: Connector) -> None:
    connector.start("invoice-error-sink")

    connector.topics.produce("invoice-errors", BAD.values(), headers={"event-id": b"ev-1"})
    eventually(
        lambda: connector.topics.lag("invoice-error-sink", "invoice-errors") == 0, timeout=60
    )

    seen = {
        (record.partition, record.offset): record
        for record in connector.topics.read("invoice-errors")
    }
    lines = {(line["partition"], line["offset"]): line for line in connector.bucket.all_lines()}
    assert lines.keys() == seen.keys()
    assert len(lines) == len(BAD)
    wrapped = {place: line for place, line in lines.items() if "original" in line}
    assert [
        seen[place].key for place, line in wrapped.items() if not keeps(line, seen[place])
    ] == []
    objects = [place for place in lines if place not in wrapped]
    assert [
        seen[place].key for place in objects if not same_object(lines[place], seen[place])
    ] == []
    assert connector.services["invoice-error-sink"].is_ready()


def test_the_archive_has_the_names_and_layout_of_the_contract(
    topics: Topics, connector: Connector
) -> None:
    connector.start("invoice-error-sink")
    places = topics.produce("invoice-errors", [("one-key", b"%d" % number) for number in range(3)])

    (key,) = eventually(connector.bucket.keys)
    assert eventually(lambda: len(connector.bucket.all_lines()) == 3)

    partition = places[0][0]
    first = next(seen for seen in topics.read("invoice-errors") if seen.offset == 0)
    hour = f"dt={first.utc:%Y-%m-%d}/hour={first.utc:%H}"
    name = f"{topics.name('invoice-errors')}-{partition:05d}-{0:020d}-{2:020d}.jsonl.gz"
    assert key == f"errors/{hour}/{name}"


def position(failure: Mapping[str, Any]) -> tuple[int, int]:
    return failure["source"]["partition"], failure["source"]["offset"]


def keeps(failure: Mapping[str, Any], seen: Seen) -> bool:
    """Whether key, value and headers can be replayed byte for byte."""
    original = failure["original"]
    headers = {name: text.encode() for name, text in original["headers"]}
    return (bytes_of(original, "key"), bytes_of(original, "value"), headers) == (
        seen.key,
        seen.value,
        seen.headers,
    )


def same_object(line: Mapping[str, Any], seen: Seen) -> bool:
    content = {
        name: value for name, value in line.items() if name not in ("topic", "partition", "offset")
    }
    return bool(content == seen.json)
