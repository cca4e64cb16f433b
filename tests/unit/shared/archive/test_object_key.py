from invoice_shared.archive.object_key import end_of, object_key, start_prefix
from invoice_shared.record import Record

FIRST = Record("invoice-errors", 3, 42, None, b"{}", (), 1_772_370_000_000)  # 2026-03-01 13:00 UTC


def test_the_key_is_the_contracts_and_takes_its_date_from_the_first_record() -> None:
    assert object_key("errors/", FIRST, 57) == (
        "errors/dt=2026-03-01/hour=13/invoice-errors-00003-00000000000000000042-00000000000000000057.jsonl.gz"
    )


def test_the_end_is_read_back_from_a_key() -> None:
    assert end_of(object_key("errors/", FIRST, 57)) == 57


def test_every_object_that_starts_there_shares_the_start_prefix() -> None:
    assert object_key("", FIRST, 42).startswith(start_prefix("", FIRST))


def test_an_object_beside_another_one_says_so_in_its_name() -> None:
    key = object_key("errors/", FIRST, 57, distinguished_by=b"lines\n")

    assert key == (
        "errors/dt=2026-03-01/hour=13/invoice-errors-00003-00000000000000000042-00000000000000000057-58975ca2.jsonl.gz"
    )
    assert end_of(key) == 57
