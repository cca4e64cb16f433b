import gzip

from invoice_shared.archive.jsonl import archived_object, line
from invoice_shared.original import as_bytes
from invoice_shared.record import Record
from invoice_shared.serde import loads


def record(value: bytes | None, offset: int = 7) -> Record:
    return Record(
        "invoice-errors", 3, offset, b"i-1", value, (("event-id", b"e-1"),), 1_772_366_400_000
    )


def test_an_object_gets_its_position_and_keeps_its_fields() -> None:
    assert loads(line(record(b'{"code":"x","n":12345678901234567890.10}'))) == {
        **loads(b'{"code":"x","n":12345678901234567890.10}'),
        "topic": "invoice-errors",
        "partition": 3,
        "offset": 7,
    }


def test_a_decimal_is_kept_digit_for_digit() -> None:
    assert b'"n":12345678901234567890.10' in line(record(b'{"n":12345678901234567890.10}'))


def test_a_value_that_is_not_an_object_is_wrapped_with_its_bytes() -> None:
    for value in (b"not json", b"\xff\x00", b"[1]", b"", None, b'{"n":1e9999999999999999999}'):
        wrapped = loads(line(record(value)))["original"]

        assert as_bytes(wrapped["value"], wrapped["encoding"]) == value
        assert wrapped["headers"] == [["event-id", "e-1"]]


def test_an_object_at_the_limit_of_nesting_is_kept_either_way() -> None:
    for depth in range(800, 1000):
        assert b'"topic":' in line(record(b'{"deep":' + b"[" * depth + b"]" * depth + b"}"))


def test_the_same_records_become_the_same_bytes_with_one_line_each() -> None:
    records = [record(b'{"a":1}', 1), record(b'{"a":"\xc3\xa9"}', 2)]

    assert archived_object(records) == archived_object(records)
    assert gzip.decompress(archived_object(records)).count(b"\n") == 2
