from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from invoice_providers.amounts import plain
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.serde import dumps, encode, from_bytes, from_tree, loads, to_bytes, to_tree
from tests.builders import formatted_invoice, line_item, outcome, raw_invoice

LONG = Decimal("1234567890123456789012345.67")


def test_a_number_with_more_digits_than_a_float_holds_survives() -> None:
    assert loads(b'{"total":1234567890123456789012345.67}')["total"] == LONG


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_survives_a_round_trip(value: Decimal) -> None:
    assert Decimal(loads(dumps({"n": value}))["n"]) == value


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(TREES)
def test_the_fast_and_the_lenient_reader_read_a_tree_in_the_same_way(tree: Any) -> None:
    text = simplejson.dumps(tree, use_decimal=True)

    assert repr(loads(text)) == repr(simplejson.loads(text, use_decimal=True))


@given(TREES)
def test_the_fast_and_the_lenient_writer_write_a_payload_in_the_same_way(tree: Any) -> None:
    record = raw_invoice(payload={"it": tree})

    assert to_bytes(record) == dumps(record.model_dump())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('"\\ud800"', "\ud800"),
        ("9" * 5000, Decimal("9" * 5000)),
        ('\ufeff{"a":1}', {"a": 1}),
        ('{"a":1,"a":2}', {"a": 2}),
        ("1e400", Decimal("1e400")),
    ],
    ids=["half a pair", "5,000 digits", "byte order mark", "a name twice", "beyond any float"],
)
def test_unusual_json_is_read(text: str, read: Any) -> None:
    assert loads(text) == read


def test_money_in_our_records_is_written_as_text() -> None:
    written = to_bytes(formatted_invoice(total=LONG, line_items=(line_item(amount=LONG),)))

    assert loads(written)["total"] == str(LONG)
    assert from_bytes(FormattedInvoice, written).total == LONG


def test_the_senders_object_is_kept_unchanged() -> None:
    payload = loads('{"a":1.50,"b":12345678901234567890,"c":"é\\ud800","d":[null,true,1e5]}')

    assert from_bytes(RawInvoice, to_bytes(raw_invoice(payload=payload))).payload == payload


def test_a_float_is_refused_instead_of_a_decimal() -> None:
    with pytest.raises(ValueError, match="never through a float"):
        outcome(total=0.1)
    with pytest.raises(ValueError, match="never a float"):
        formatted_invoice().changed(total=0.1)


@pytest.mark.parametrize("text", ["0.00000015", "1000", "-0.0000000", "0", "1" * 20])
def test_an_amount_is_written_without_an_exponent(text: str) -> None:
    line = line_item(unit_price=Decimal(text).normalize(), quantity=Decimal(text))

    written = loads(to_bytes(formatted_invoice(line_items=(line,))))["line_items"][0]

    assert "E" not in written["unit_price"]
    assert (Decimal(written["unit_price"]), written["quantity"]) == (Decimal(text), text)


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "1E+999999999", "1E-999999999", "0E-101", "1" * 101]
)
def test_a_number_that_no_record_has_is_refused(number: str) -> None:
    tree = loads(to_bytes(formatted_invoice()))

    with pytest.raises(MalformedRecord, match=r"100 digits .* at `\$.line_items\[0\]`"):
        from_tree(
            FormattedInvoice, tree | {"line_items": [tree["line_items"][0] | {"quantity": number}]}
        )


def test_half_a_surrogate_pair_in_a_name_is_kept() -> None:
    invoice = formatted_invoice(line_items=(line_item(name="a\ud800", unit_price=Decimal("1E-7")),))

    assert from_bytes(FormattedInvoice, to_bytes(invoice)) == invoice


@pytest.mark.parametrize("name", ["invoice_id", "external_customer_id", "destination"])
def test_half_a_surrogate_pair_in_an_id_is_refused(name: str) -> None:
    tree = loads(to_bytes(formatted_invoice())) | {name: "a\ud800"}

    with pytest.raises(MalformedRecord, match="an id contains half"):
        from_tree(FormattedInvoice, tree)


def test_a_refusal_does_not_quote_the_value() -> None:
    tree = loads(to_bytes(formatted_invoice())) | {"document_type": "secret - at `$.total`"}

    with pytest.raises(MalformedRecord, match=r"Unknown value - at `\$.document_type`") as caught:
        from_tree(FormattedInvoice, tree)

    assert "secret" not in str(caught.value)


def test_a_time_with_an_offset_is_read_in_utc() -> None:
    tree = loads(to_bytes(formatted_invoice())) | {"received_at": "2026-03-01T11:30:02+02:00"}

    assert to_tree(from_tree(FormattedInvoice, tree))["received_at"] == "2026-03-01T09:30:02Z"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(None, "null value", id="null"),
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{", "not JSON", id="cut off"),
        pytest.param(b"\xff", "not JSON", id="not UTF-8"),
        pytest.param(b'{"total":NaN}', "not JSON", id="NaN"),
        pytest.param(
            b'{"total":1e9999999999999999999}', "not JSON", id="an exponent that nothing holds"
        ),
        pytest.param(
            b'{"schema_version":1,"invoice_id":"i","received_at":"0001-01-01T00:00:00+14:00"}',
            "years 1 to",
            id="before the calendar",
        ),
        pytest.param(b"[" * 200_000, "not JSON", id="nested too deep"),
        pytest.param(b"[]", "not an object", id="a list"),
        pytest.param(b"{}", "no schema_version", id="no schema version"),
        pytest.param(b'{"schema_version":2}', "schema_version", id="another schema version"),
        pytest.param(b'{"schema_version":1}', "invoice_id: Field required", id="fields missing"),
    ],
)
def test_an_invalid_record_is_refused_with_the_reason(value: bytes | None, said: str) -> None:
    with pytest.raises(MalformedRecord, match=said):
        from_bytes(RawInvoice, value)


def test_the_invoice_id_is_still_read_from_a_record_of_the_wrong_schema() -> None:
    with pytest.raises(MalformedRecord) as caught:
        from_bytes(RawInvoice, b'{"schema_version":9,"invoice_id":"i-1"}')

    assert caught.value.invoice_id == "i-1"


def test_unknown_fields_are_ignored() -> None:
    tree = loads(to_bytes(raw_invoice())) | {"new": 1}
    assert from_bytes(RawInvoice, dumps(tree)) == raw_invoice()


def test_an_invoice_id_that_utf8_cannot_encode_is_ignored() -> None:
    with pytest.raises(MalformedRecord) as caught:
        from_bytes(RawInvoice, b'{"schema_version":1,"invoice_id":"\\ud800"}')

    assert caught.value.invoice_id is None


@given(TREES)
def test_the_fast_writer_writes_the_same_as_the_other_one(tree: Any) -> None:
    assert encode(tree) == dumps(tree)


def test_a_decimal_subclass_is_written_in_its_own_way() -> None:
    assert encode([plain(Decimal("1.5E-7")), plain(Decimal("1E+3"))]) == b"[0.00000015,1000]"
