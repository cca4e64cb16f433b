import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_shared.errors import MalformedRecord, Rejected
from invoice_shared.failure import InvoiceFailure, ProviderResponse
from invoice_shared.filing import (
    About,
    failed_outcome,
    failure_key,
    failure_of,
    settlement_records,
    without_value,
)
from invoice_shared.original import as_bytes, headers_of
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes
from invoice_shared.settings import KafkaSettings
from tests.builders import INVOICE_ID, outcome
from tests.fakes import START

TOPICS = KafkaSettings(invoice_errors_topic="errors-of-ours")
REJECTED = Rejected(
    "customer-not-mapped", "Set the field.", response=ProviderResponse(status=400, body="no")
)


def record(**changes: object) -> Record:
    fields: dict[str, object] = {
        "topic": "raw-invoices",
        "partition": 1,
        "offset": 9,
        "key": b"i-1",
        "value": b"{}",
    }
    return Record(**(fields | changes))  # type: ignore[arg-type]


def filed(
    source: Record, error: Rejected | MalformedRecord = REJECTED, about: About | None = None
) -> InvoiceFailure:
    return failure_of(
        source, stage="formatter", error=error, attempts=2, now=START, about=about or About()
    )


def test_a_redelivery_is_the_same_failure_but_a_replay_is_a_new_one() -> None:
    assert filed(record()).failure_id == filed(record()).failure_id
    assert filed(record()).failure_id != filed(record(offset=10)).failure_id


def test_the_failure_contains_all_known_facts() -> None:
    failure = filed(record(), about=About("i-1", "c-1", "netsuite"))

    assert (failure.code, failure.reason, failure.retryable) == (
        "customer-not-mapped",
        "Set the field.",
        True,
    )
    assert (failure.customer_id, failure.destination) == ("c-1", "netsuite")
    assert failure.provider_response is not None


def test_a_malformed_record_is_identified_by_its_key() -> None:
    assert filed(record(), MalformedRecord("not JSON")).invoice_id == "i-1"
    assert filed(record(key=b"\xff"), MalformedRecord("not JSON")).invoice_id is None


@given(st.binary() | st.none(), st.binary())
def test_the_original_comes_back_byte_for_byte(value: bytes | None, header: bytes) -> None:
    original = filed(record(value=value, headers=(("h", header),))).original

    assert as_bytes(original.value, original.encoding) == value
    assert headers_of(original) == (("h", header),)


@pytest.mark.parametrize(
    ("source", "key"),
    [
        pytest.param(record(), b"i-1", id="the invoice id"),
        pytest.param(
            record(key=None, headers=(("event-id", b"e-1"),)), b"e-1", id="otherwise the event id"
        ),
    ],
)
def test_the_key_of_a_failure(source: Record, key: bytes) -> None:
    assert failure_key(filed(source, MalformedRecord("x"))) == key


def test_the_key_without_any_id_is_the_hash_of_the_bytes_even_if_they_are_not_text() -> None:
    failure = filed(record(key=None, value=b"\xff"), MalformedRecord("x"))

    assert failure_key(failure) == hashlib.sha256(b"\xff").hexdigest().encode()


def test_a_reason_that_quotes_half_a_surrogate_pair_can_be_filed() -> None:
    assert filed(record(), Rejected("provider-rejected", "It said \ud800.")).reason == "It said ?."


@pytest.mark.parametrize("timestamp", [-1, 2**63 - 1])
def test_a_record_with_a_time_beyond_the_calendar_can_be_filed(timestamp: int) -> None:
    assert filed(record(timestamp=timestamp)).source.timestamp is not None


def test_without_any_id_the_key_is_the_hash_of_the_value() -> None:
    assert len(failure_key(filed(record(key=None), MalformedRecord("x")))) == 64


def test_the_ledger_entry_contains_the_failure() -> None:
    outcome = failed_outcome(filed(record(), about=About("i-1", "c-1", "netsuite")))

    assert outcome is not None
    assert (outcome.outcome, outcome.code, outcome.destination) == (
        "failed",
        "customer-not-mapped",
        "netsuite",
    )


def test_nothing_enters_the_ledger_without_an_invoice_id() -> None:
    assert failed_outcome(filed(record(key=None), MalformedRecord("x"))) is None


def test_a_value_left_out_because_of_its_size_is_counted() -> None:
    assert without_value(filed(record(value="é€".encode()))).original.omitted == 5
    assert without_value(filed(record(value=b"\xff\xfe"))).original.omitted == 2


def test_a_failure_without_its_value_still_has_its_own_key() -> None:
    first, second = (
        without_value(filed(record(key=None, offset=offset), MalformedRecord("x")))
        for offset in (1, 2)
    )

    assert failure_key(first) != failure_key(second)


def test_the_failure_is_published_before_the_ledger_entry() -> None:
    failure = filed(record())
    headers = (("event-id", b"e-1"),)

    records = settlement_records(failure, failed_outcome(failure), headers=headers, topics=TOPICS)

    assert [(each.topic, each.key, each.headers) for each in records] == [
        ("errors-of-ours", b"i-1", headers),
        ("invoice-outcomes", b"i-1", headers),
    ]
    assert from_bytes(InvoiceFailure, records[0].value) == failure
    assert from_bytes(Outcome, records[1].value) == failed_outcome(failure)


def test_document_records_are_published_before_everything_else() -> None:
    failure = filed(record())
    standing = outcome()
    unnamed = outcome(provider_document_id=None)
    known = (standing, unnamed)

    records = settlement_records(
        failure, failed_outcome(failure), documents=known, headers=(), topics=TOPICS
    )

    keys = [each.key for each in records]
    assert keys == [f"{INVOICE_ID}#document:netsuite:9001".encode(), b"i-1", b"i-1"]
    assert from_bytes(Outcome, records[0].value) == standing


def test_a_failure_too_large_for_the_topic_is_filed_under_its_key_without_the_value() -> None:
    failure = filed(record(key=None, value=b"\xff" * 9), MalformedRecord("x"))

    (whole,) = settlement_records(failure, None, headers=(), topics=TOPICS)

    assert whole.smaller is not None
    assert (whole.smaller.topic, whole.smaller.key) == (whole.topic, whole.key)
    assert from_bytes(InvoiceFailure, whole.smaller.value) == without_value(failure)


def test_an_outcome_without_a_failure_goes_only_to_the_ledger() -> None:
    (entry,) = settlement_records(None, outcome(), headers=(), topics=TOPICS)

    assert (entry.topic, entry.key) == ("invoice-outcomes", INVOICE_ID.encode())


def test_an_entry_too_large_for_the_ledger_is_entered_with_its_reason_cut() -> None:
    (entry,) = settlement_records(
        None, outcome(reason="long " * 300_000), headers=(), topics=TOPICS
    )

    assert entry.smaller is not None
    assert (entry.smaller.topic, entry.smaller.key) == (entry.topic, entry.key)
    assert len(entry.smaller.value or b"") < 6_000
    assert (from_bytes(Outcome, entry.smaller.value).reason or "").endswith("[cut]")
