"""What the creator asks of a billing system, the same for all: created once, found again, refused in words.

Runs on each simulated provider, and on each real sandbox that the environment names (see ``provider_cases``).
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from invoice_providers.agreement import agreed
from invoice_providers.base import BillingProvider, CreatedDocument
from invoice_shared.errors import AlreadyExists, CallFailed, CredentialsRefused, Rejected
from invoice_shared.invoice import DESTINATIONS, FormattedInvoice
from tests.builders import formatted_invoice, line_item
from tests.contract.provider_cases import NO_SUCH, NO_SUCH_CUSTOMER, ProviderCase, sandbox, simulated
from tests.support.waiting import eventually

PLACES = {"simulated": simulated, "sandbox": sandbox}
LONG_AGO = timedelta(days=1)


@pytest.fixture(params=[(place, name) for place in PLACES for name in DESTINATIONS], ids="-".join)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ProviderCase]:
    place, destination = request.param
    with PLACES[place](destination, tmp_path) as found:
        yield found


def invoice(case: ProviderCase, **changes: Any) -> FormattedInvoice:
    """Build an invoice over 12.50 that nobody knows yet, one of its lines at a fraction of a cent."""
    line = {"external_item_id": case.item_id}
    valid = {
        "invoice_id": str(uuid.uuid4()),
        "destination": case.destination,
        "external_customer_id": case.customer_id,
        "currency": case.currency,
        "total": Decimal("12.50"),
        "line_items": (
            line_item(quantity="1124567", unit_price="0.00001", amount="11.25", **line),
            line_item(name="Seats", quantity=None, unit_price=None, amount="1.25", **line),
        ),
        "received_at": datetime.now(UTC),
    }
    return formatted_invoice(**valid | changes)


def settled(provider: BillingProvider, document: FormattedInvoice) -> CreatedDocument:
    """Create, or find what has the id: what the creator does."""
    try:
        return provider.create(document)
    except AlreadyExists:
        found = provider.find(document)
        assert found is not None
        return agreed(document, found)


def refusal(provider: BillingProvider, document: FormattedInvoice) -> CallFailed:
    """Give the refusal of a document; a taken id must turn out not to be the reason."""
    with pytest.raises((Rejected, AlreadyExists)) as refused:
        provider.create(document)
    assert provider.find(document) is None
    return refused.value


def test_what_is_created_is_found_with_its_total(case: ProviderCase) -> None:
    provider, document = case.provider(), invoice(case)

    created = provider.create(document)
    found = eventually(lambda: provider.find(document))

    assert found is not None
    assert agreed(document, found).document_id == created.document_id
    assert found.total == Decimal("12.50")


def test_what_does_not_exist_is_not_found(case: ProviderCase) -> None:
    assert case.provider().find(invoice(case)) is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="at once"),
        pytest.param({"due_date": None}, id="with another body"),
        pytest.param({"received_at": datetime.now(UTC) - LONG_AGO}, id="a day later"),
    ],
)
def test_a_taken_id_is_the_same_document(case: ProviderCase, changes: dict[str, Any]) -> None:
    document = invoice(case)
    created = settled(case.provider(), document)
    eventually(lambda: case.provider().find(document))

    again = settled(case.provider(), document.model_copy(update=changes))

    assert again.document_id == created.document_id


def test_another_total_under_a_taken_id_is_a_conflict(case: ProviderCase) -> None:
    provider, document = case.provider(), invoice(case)
    provider.create(document)
    eventually(lambda: provider.find(document))
    line = line_item(external_item_id=case.item_id, amount="99.00", quantity=None)

    with pytest.raises(Rejected) as conflict:
        settled(provider, document.model_copy(update={"total": Decimal("99.00"), "line_items": (line,)}))

    assert conflict.value.code == "conflicting-document"


def test_a_credit_memo_is_created_and_found_or_refused_for_what_it_is(case: ProviderCase) -> None:
    provider, memo = case.provider(), invoice(case, document_type="credit_memo")

    if case.destination == "razorpay":
        error = refusal(provider, memo)
        assert isinstance(error, Rejected)
        assert error.code == "negative-amount"
    else:
        created = provider.create(memo)
        found = eventually(lambda: provider.find(memo))
        assert found is not None
        assert agreed(memo, found).document_id == created.document_id


def test_an_item_or_customer_that_is_not_there_is_refused_and_nothing_is_left(case: ProviderCase) -> None:
    unknown = line_item(name="Ghosts", external_item_id=NO_SUCH, amount="12.50", quantity=None)
    changes = (
        {"external_customer_id": NO_SUCH_CUSTOMER} if case.destination == "razorpay" else {"line_items": (unknown,)}
    )

    error = refusal(case.provider(), invoice(case, **changes))

    assert error.response is not None
    assert "Metronome" in error.reason


def test_wrong_credentials_are_never_an_invoices_fault(case: ProviderCase) -> None:
    stranger, document = case.stranger(), invoice(case)

    def is_refused() -> bool:
        with pytest.raises(CallFailed) as failed:
            stranger.create(document)
        assert not isinstance(failed.value, Rejected | AlreadyExists)
        return isinstance(failed.value, CredentialsRefused)

    eventually(is_refused, timeout=30, every=1)
    assert case.provider().find(document) is None
