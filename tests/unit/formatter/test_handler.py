from decimal import Decimal
from typing import Any

import pytest

from invoice_formatter.fetching import NOT_FOUND_TRIES, NotFetched
from invoice_formatter.handler import InvoiceHandler
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.results import Failed, Formatted, Skipped
from invoice_shared import serde
from invoice_shared.errors import Rejected
from invoice_shared.record import Record
from tests.builders import CUSTOMER_ID, FINALIZED_AT, INVOICE_ID, RECEIVED_AT, raw_invoice, record
from tests.fakes import START, FakeClock
from tests.unit.formatter import hierarchies
from tests.unit.formatter.builders import TOKENS, answer, line, rules
from tests.unit.formatter.hierarchies import CONSOLIDATING, CONTRACT, LISTED, PARENT, FakeAccounts
from tests.unit.formatter.trees import paths, replaced

SYNCED = {"external_invoice": {"invoice_id": "INV-77"}}


class FakeMetronome:
    """Holds one answer as bytes, and reads them as the real client does."""

    def __init__(self, body: bytes = b"", error: NotFetched | None = None) -> None:
        self._body = body or answer()
        self._error = error

    async def fetch(self, customer_id: str, invoice_id: str) -> Any:
        assert (customer_id, invoice_id) == (CUSTOMER_ID, INVOICE_ID)
        if self._error:
            raise self._error
        return serde.loads(self._body)


async def settle(
    metronome: FakeMetronome,
    consumed: Record | None = None,
    *,
    accounts: FakeAccounts | None = None,
    by: MappingRules | None = None,
) -> Formatted | Skipped | Failed:
    asking = accounts or FakeAccounts()
    handler = InvoiceHandler(metronome.fetch, asking.run, by or rules(), FakeClock())
    return await handler.handle(consumed or record())


async def test_a_raw_record_becomes_a_formatted_invoice_with_its_times_and_headers() -> None:
    headers = (("event-id", b"ev-1"), ("replay-id", b"r-1"), ("of another schema", b"x"))

    settled = await settle(FakeMetronome(), record(headers=headers))

    assert isinstance(settled, Formatted)
    assert settled.document.invoice_id == INVOICE_ID
    assert (settled.document.finalized_at, settled.document.received_at) == (
        FINALIZED_AT,
        RECEIVED_AT,
    )
    assert dict(settled.headers)["event-id"] == b"ev-1"
    assert dict(settled.headers)["replay-id"] == b"r-1"
    assert "of another schema" not in dict(settled.headers)


async def test_the_same_record_ends_in_the_same_bytes() -> None:
    first = await settle(FakeMetronome())
    second = await settle(FakeMetronome())

    assert isinstance(first, Formatted)
    assert isinstance(second, Formatted)
    assert serde.to_bytes(first.document) == serde.to_bytes(second.document)


async def test_a_skip_is_entered_in_the_ledger_with_all_known_facts() -> None:
    settled = await settle(FakeMetronome(answer(**SYNCED)))

    assert isinstance(settled, Skipped)
    assert settled.code == "already-synced"
    assert settled.outcome.model_dump(exclude_none=True) == {
        "schema_version": 1,
        "invoice_id": INVOICE_ID,
        "customer_id": CUSTOMER_ID,
        "outcome": "skipped",
        "stage": "formatter",
        "code": "already-synced",
        "reason": "Metronome already has its document INV-77 at the billing provider.",
        "destination": "netsuite",
        "provider_document_id": "INV-77",
        "total": "100.00",
        "currency": "USD",
        "finalized_at": "2026-03-01T09:30:00.000Z",
        "received_at": "2026-03-01T09:30:02.000Z",
        "settled_at": "2026-03-01T12:00:00.000Z",
    }


async def test_a_forced_replay_goes_through_although_already_synced() -> None:
    settled = await settle(
        FakeMetronome(answer(**SYNCED)), record(headers=(("replay-force", b"1"),))
    )

    assert isinstance(settled, Formatted)


async def test_a_failure_names_customer_and_destination_and_keeps_the_original() -> None:
    body = answer(line(-5_000, product_custom_fields={}))

    settled = await settle(FakeMetronome(body))

    assert isinstance(settled, Failed)
    failure = settled.failure
    assert (failure.stage, failure.code, failure.attempts) == ("formatter", "items-not-mapped", 1)
    assert (failure.invoice_id, failure.customer_id, failure.destination) == (
        INVOICE_ID,
        CUSTOMER_ID,
        "netsuite",
    )
    assert failure.original.value == (record().value or b"").decode()
    assert failure.failed_at == START
    assert settled.outcome is not None
    assert (settled.outcome.outcome, settled.outcome.failure_id) == ("failed", failure.failure_id)
    assert (settled.outcome.total, settled.outcome.currency) == (Decimal("-50.00"), "USD")


async def test_an_invoice_billed_to_the_payer_is_known_under_the_payers_destination() -> None:
    body = answer(line(product_custom_fields={}), payer=PARENT, contract_id=CONTRACT)
    accounts = FakeAccounts(hierarchies.child("PARENT", "SEPARATE"))

    settled = await settle(
        FakeMetronome(body), accounts=accounts, by=rules(hierarchy_billed_to="payer")
    )

    assert isinstance(settled, Failed)
    assert (settled.failure.code, settled.failure.destination) == (
        "items-not-mapped",
        "quickbooks_online",
    )
    assert settled.failure.customer_id == CUSTOMER_ID


async def test_a_constituent_is_entered_as_skipped_with_the_invoice_that_contains_it() -> None:
    body = answer(payer=PARENT, contract_id=CONTRACT)
    accounts = FakeAccounts(hierarchies.child("PARENT", "CONSOLIDATE"), LISTED)

    settled = await settle(
        FakeMetronome(body), accounts=accounts, by=rules(metronome_invoices_types=CONSOLIDATING)
    )

    assert isinstance(settled, Skipped)
    assert (settled.outcome.code, settled.outcome.customer_id) == (
        "constituent-invoice",
        CUSTOMER_ID,
    )
    assert "consolidated-1" in (settled.outcome.reason or "")


async def test_an_undecided_payer_is_a_failure_that_a_replay_can_fix() -> None:
    settled = await settle(FakeMetronome(answer(payer=PARENT, contract_id=CONTRACT)))

    assert isinstance(settled, Failed)
    assert (settled.failure.code, settled.failure.retryable) == ("payer-not-decided", True)


async def test_a_failure_without_a_known_currency_has_no_total() -> None:
    settled = await settle(FakeMetronome(answer(credit_type=TOKENS)))

    assert isinstance(settled, Failed)
    assert settled.outcome is not None
    assert (settled.failure.code, settled.outcome.total) == ("unsupported-currency", None)


async def test_an_unknown_invoice_fails_with_the_number_of_tries() -> None:
    unknown = NotFetched(Rejected("invoice-not-found", "Unknown."), NOT_FOUND_TRIES)

    settled = await settle(FakeMetronome(error=unknown))

    assert isinstance(settled, Failed)
    assert (settled.failure.code, settled.failure.attempts) == (
        "invoice-not-found",
        NOT_FOUND_TRIES,
    )
    assert settled.failure.customer_id == CUSTOMER_ID


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"data": {}}', id="no invoice"),
        pytest.param(answer(id="another"), id="another invoice"),
        pytest.param(answer(customer_id="another"), id="another customer's invoice"),
    ],
)
async def test_an_answer_that_is_not_this_invoice_fails(body: bytes) -> None:
    settled = await settle(FakeMetronome(body))

    assert isinstance(settled, Failed)
    assert settled.failure.code == "invalid-invoice"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="null"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"{", id="not JSON"),
        pytest.param(b"[]", id="not an object"),
        pytest.param(
            serde.to_bytes(raw_invoice()).replace(b'"schema_version":1', b'"schema_version":2'),
            id="of another schema",
        ),
    ],
)
async def test_a_record_that_is_not_ours_fails_with_its_bytes(value: bytes | None) -> None:
    settled = await settle(FakeMetronome(), record(value=value))

    assert isinstance(settled, Failed)
    assert settled.failure.code == "malformed-record"
    assert (settled.failure.original.value is None) == (value is None)


async def test_a_failure_that_names_no_invoice_has_no_ledger_entry() -> None:
    settled = await settle(FakeMetronome(), record(key=None, value=b"garbage"))

    assert isinstance(settled, Failed)
    assert settled.outcome is None


ODD = (
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b"[null]",
        b"-1",
        b"0.5",
        b"1e400",
        b"1E+999999999",
        b"9" * 50,
    ),
    *(b'""', b'" "', b'"NaN"', b'"1e9999999999999999999"', b'"\\ud800"', b'"\\u0000"', b'"../.."'),
    *(
        b'"0001-01-01T00:00:00Z"',
        b'"0001-01-01T00:00:00+14:00"',
        b'"9999-12-31T23:59:59-12:00"',
        b'"2026-13-45"',
    ),
)


@pytest.mark.parametrize("odd", ODD)
async def test_any_value_in_one_field_of_the_answer_settles_the_record(odd: bytes) -> None:
    groups: dict[str, Any] = {
        "pricing_group_values": {"region": "eu"},
        "presentation_group_values": {"team": "red"},
    }
    whole = serde.loads(
        answer(line(**groups), net_payment_terms_days=30, billable_status="billable", payer=PARENT)
    )

    for path in paths(whole):
        settled = await settle(FakeMetronome(serde.dumps(replaced(whole, path, serde.loads(odd)))))

        assert len(written(settled)) < 10_000, path


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "hierarchy",
    [hierarchies.child("PARENT", "SEPARATE"), hierarchies.child("PARENT", "CONSOLIDATE")],
    ids=["the payer is read", "the list is read"],
)
async def test_any_value_in_one_field_about_the_payer_settles_the_record(
    odd: bytes, hierarchy: dict[str, Any]
) -> None:
    body = answer(payer=PARENT, contract_id=CONTRACT)
    given = rules(metronome_invoices_types=CONSOLIDATING, hierarchy_billed_to="payer")
    sound = FakeAccounts(hierarchy, LISTED).answers

    for question, whole in sound.items():
        for path in paths(whole):
            accounts = FakeAccounts(hierarchy, LISTED)
            accounts.answers[question] = replaced(whole, path, serde.loads(odd))

            settled = await settle(FakeMetronome(body), accounts=accounts, by=given)

            assert len(written(settled)) < 10_000, path


def written(settled: Formatted | Skipped | Failed) -> bytes:
    """Return the bytes of the record that says how it ended."""
    match settled:
        case Formatted():
            return serde.to_bytes(settled.document)
        case Skipped():
            return serde.to_bytes(settled.outcome)
        case Failed():
            return serde.to_bytes(settled.failure)
