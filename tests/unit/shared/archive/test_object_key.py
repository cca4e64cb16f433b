from datetime import UTC, datetime

import pytest

from invoice_shared.archive.object_key import object_key, parse_key, start_prefix
from invoice_shared.record import Record

FIRST = Record("invoice-errors", 3, 42, None, b"{}", (), 1_772_370_000_000)  # 2026-03-01 13:00 UTC


def test_the_key_follows_the_contract_with_the_date_of_the_first_record() -> None:
    assert object_key("errors/", FIRST, 57) == (
        "errors/dt=2026-03-01/hour=13/invoice-errors-00003-00000000000000000042-00000000000000000057.jsonl.gz"
    )


@pytest.mark.parametrize("lines", [None, b"lines\n"], ids=["alone", "beside another one"])
def test_a_key_can_be_read_back(lines: bytes | None) -> None:
    parsed = parse_key(object_key("errors/", FIRST, 57, distinguished_by=lines))

    assert parsed is not None
    assert (parsed.topic, parsed.partition, parsed.start, parsed.end) == (
        "invoice-errors",
        3,
        42,
        57,
    )
    assert parsed.hour == datetime(2026, 3, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "key",
    [
        "errors/readme.txt",
        "errors/dt=2026-13-01/hour=13/t-00003-00000000000000000042-00000000000000000057.jsonl.gz",
        "errors/dt=2026-03-01/hour=25/t-00003-00000000000000000042-00000000000000000057.jsonl.gz",
        "errors/dt=2026-03-01/hour=13/t-00003-00000000000000000042-00000000000000000057.jsonl",
        "errors/dt=2026-03-01/hour=13/t-00003-00000000000000000042-00000000000000000057-xyz.jsonl.gz",
    ],
)
def test_a_foreign_key_says_nothing(key: str) -> None:
    assert parse_key(key) is None


def test_all_objects_that_start_at_an_offset_share_a_prefix() -> None:
    assert object_key("", FIRST, 42).startswith(start_prefix("", FIRST))


def test_the_name_of_an_object_beside_another_one_says_so() -> None:
    key = object_key("errors/", FIRST, 57, distinguished_by=b"lines\n")

    assert key == (
        "errors/dt=2026-03-01/hour=13/invoice-errors-00003-00000000000000000042-00000000000000000057-58975ca2.jsonl.gz"
    )
