"""The client against QuickBooks on loopback: repeats, taken numbers, broken connections, tokens
that end early.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from invoice_providers.base import Found
from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.quickbooks_online.numbering import KEPT_SECONDS
from invoice_providers.quickbooks_online.settings import QuickBooksSettings
from invoice_providers.quickbooks_online.setup import build_chain
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.invoice import DocumentType, FormattedInvoice
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import QuickBooksControl
from invoice_simulators.control import build_app
from invoice_simulators.quickbooks_online import QuickBooksOnline as SimulatedQuickBooks
from invoice_simulators.quickbooks_online import QuickBooksOnlineSettings
from invoice_simulators.server import SimulatorServer
from tests.builders import INVOICE_ID, formatted_invoice, line_item
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK, free_port
from tests.unit.providers.creating import settled

COMPANY = QuickBooksOnlineSettings()


class Company:
    """A simulated company, its control, and a client with its own token store."""

    def __init__(self, url: str, folder: Path) -> None:
        self.control = QuickBooksControl(url)
        self.clock = FakeClock()
        self.paced = 0
        chain = build_chain(settings(url, folder), self.clock)
        company = f"{url}/v3/company/{COMPANY.realm_id}"
        self.client = QuickBooksOnline(
            company, chain, self._rate_limit, clock=self.clock, reach=Reach(2)
        )

    def settled(
        self, document: FormattedInvoice | None = None, *, is_repeat: bool = False
    ) -> Found:
        return settled(self.client, document or fresh(), self.clock, is_repeat=is_repeat)

    def error(self, document: FormattedInvoice | None = None) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.settled(document)
        return failed.value

    def create_error(self, document: FormattedInvoice | None = None) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.client.create(document or fresh())
        return failed.value

    def operations(self) -> list[str]:
        return [request["operation"] for request in self.control.requests()]

    def _rate_limit(self) -> None:
        self.paced += 1


def settings(url: str, folder: Path) -> QuickBooksSettings:
    """Return the settings of the simulated company."""
    return QuickBooksSettings.model_construct(
        http_timeout_seconds=2,
        qbo_realm_id=COMPANY.realm_id,
        qbo_client_id=COMPANY.client_id,
        qbo_client_secret=SecretStr(COMPANY.client_secret),
        qbo_refresh_token=SecretStr(COMPANY.refresh_token),
        qbo_token_url=f"{url}/oauth2/v1/tokens/bearer",
        qbo_token_store=str(folder / "tokens.json"),
    )


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with SimulatorServer(build_app(SimulatedQuickBooks())) as server:
        yield Company(server.url, tmp_path)


def fresh(**changes: Any) -> FormattedInvoice:
    """Return an invoice for QuickBooks."""
    return formatted_invoice(**{"destination": "quickbooks_online"} | changes)


def test_an_invoice_is_created_with_one_call_and_found_by_its_number(company: Company) -> None:
    created = company.client.create(fresh())

    assert company.operations() == ["token", "create"]
    (document,) = company.control.documents()
    assert (document["id"], document["external_id"]) == (created.document_id, INVOICE_ID)
    assert (document["document_type"], document["currency"], document["total"]) == (
        "invoice",
        "USD",
        "100.00",
    )
    assert company.client.look(fresh()) == (created,)
    assert created == expected(document["id"])


def expected(document_id: str, **changes: Any) -> Found:
    found = Found(
        document_id,
        INVOICE_ID,
        Decimal("100.00"),
        "USD",
        external_customer_id="1042",
        document_type="invoice",
        state="open",
    )
    return replace(found, **changes)


def read(
    company: Company, document_id: str, document_type: DocumentType = "invoice"
) -> Found | None:
    return company.client.read(document_id, invoice_id=INVOICE_ID, document_type=document_type)


def test_a_transaction_is_read_by_its_own_id(company: Company) -> None:
    created = company.client.create(fresh())

    assert read(company, created.document_id) == created
    assert read(company, "999") is None
    assert read(company, created.document_id, "credit_memo") is None


def test_a_read_without_an_answer_is_only_unavailable(company: Company) -> None:
    company.control.inject("hang", "get", times=1)

    with pytest.raises(Unavailable):
        read(company, "999")


def test_a_credit_memo_in_euros_is_created_and_found(company: Company) -> None:
    memo = fresh(document_type="credit_memo", currency="EUR")

    created = company.client.create(memo)

    assert company.control.documents()[0]["document_type"] == "credit_memo"
    assert company.client.look(memo) == (created,)
    assert created.document_type == "credit_memo"
    assert company.client.look(fresh()) == ()


def test_repeating_a_create_returns_the_same_document(company: Company) -> None:
    assert company.settled() == company.settled()
    assert len(company.control.documents()) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_document_with_a_taken_number_is_read_and_compared_in_any_language(
    company: Company, language: str
) -> None:
    company.control.configure(language=language)
    created = company.settled()

    company.control.forget_request_ids()

    again = company.settled(fresh(extra_fields={"memo": "corrected"}))

    assert again == created
    assert company.operations()[-2:] == ["create", "get"]
    assert len(company.control.documents()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"total": Decimal("50.00"), "line_items": (line_item(amount="50.00"),)},
            id="another total",
        ),
        pytest.param({"currency": "EUR"}, id="another currency"),
        pytest.param(
            {"invoice_id": INVOICE_ID[:-1] + "0"}, id="another invoice with the same first digits"
        ),
    ],
)
def test_a_number_taken_by_another_document_is_a_conflict(
    company: Company, changes: dict[str, Any]
) -> None:
    company.client.create(fresh())

    error = company.error(fresh(**changes))

    assert isinstance(error, Rejected)
    assert error.code == "conflicting-document"
    assert len(company.control.documents()) == 1


def test_the_same_id_with_another_body_gets_the_first_answer_without_a_second_document(
    company: Company,
) -> None:
    created = company.client.create(fresh())

    assert company.client.create(fresh(extra_fields={"memo": "another body"})) == created
    assert len(company.control.documents()) == 1


def test_another_generation_is_another_request(company: Company) -> None:
    company.control.configure(warn_duplicate_numbers=False)
    created = company.client.create(fresh())
    company.control.delete(created.document_id)

    again = company.client.create(fresh(), generation="replay-1")

    assert again.document_id != created.document_id


def test_an_old_answer_about_a_document_deleted_since_is_not_a_document(
    company: Company,
) -> None:
    created = company.client.create(fresh())
    company.control.delete(created.document_id)

    with pytest.raises(Rejected) as refused:
        company.settled(is_repeat=True)

    assert refused.value.code == "conflicting-document"
    assert f"{created.document_id} of this invoice was deleted" in refused.value.reason


def test_a_company_that_does_not_warn_about_duplicates_gets_none(company: Company) -> None:
    company.control.configure(warn_duplicate_numbers=False)
    created = company.settled(fresh(), is_repeat=True)

    again = company.settled(
        fresh(extra_fields={"memo": "a replay with another body"}), is_repeat=True
    )

    assert again == created
    assert len(company.control.documents()) == 1


def test_the_total_that_quickbooks_computes_must_be_ours(company: Company) -> None:
    error = company.error(fresh(total=Decimal("101.00")))

    assert isinstance(error, Rejected)
    assert error.code == "conflicting-document"


def test_an_invoice_without_a_document_is_not_found(company: Company) -> None:
    assert company.client.look(fresh()) == ()


def test_a_refused_item_says_which_product(company: Company) -> None:
    company.control.configure(unknown_items=["501"])

    error = company.create_error()

    assert isinstance(error, Rejected)
    assert 'Item 501 is the item of "API calls"' in error.reason
    assert error.response is not None
    assert error.response.body.startswith("intuit_tid 1-")


def test_quickbooks_accepts_every_field_that_is_sent(company: Company) -> None:
    line_fields = {"ClassRef": "1", "TaxCodeRef": "NON", "ServiceDate": "2026-02-01"}
    lines = tuple(
        line_item(
            name="n" * 5000,
            amount=amount,
            quantity=quantity,
            unit_price=price,
            extra_fields=line_fields,
        )
        for amount, quantity, price in (
            ("100.00", "3", "0.333"),
            ("-40.00", None, None),
            ("40.00", "400", "0.1"),
        )
    )
    fields = {
        "CustomerMemo": "m" * 5000,
        "PrivateNote": "p" * 5000,
        "ClassRef": "1",
        "DepartmentRef": "2",
    }

    company.client.create(fresh(line_items=lines, extra_fields={**fields, "SalesTermRef": "3"}))
    company.client.create(
        fresh(
            invoice_id="memo-1", document_type="credit_memo", line_items=lines, extra_fields=fields
        )
    )

    assert len(company.control.documents()) == 2


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        pytest.param("reset-before", 0, id="reset, nothing stored"),
        pytest.param("reset-after", 1, id="reset after it was stored"),
        pytest.param("hang", 0, id="no answer, nothing stored"),
        pytest.param("hang-after", 1, id="no answer after it was stored"),
    ],
)
@pytest.mark.parametrize("warns", [True, False], ids=["number guarded", "number not guarded"])
def test_without_an_answer_the_outcome_is_unknown_and_a_repeat_duplicates_nothing(
    company: Company, fault: str, stored: int, warns: bool
) -> None:
    company.control.configure(warn_duplicate_numbers=warns)
    company.control.inject(fault, "create", times=1)

    assert isinstance(company.create_error(), Uncertain)
    assert len(company.client.look(fresh())) == stored
    company.settled()
    assert len(company.control.documents()) == 1


def test_a_look_without_an_answer_is_only_unavailable(company: Company) -> None:
    company.control.inject("hang", "query", times=1)

    with pytest.raises(Unavailable):
        company.client.look(fresh())


def test_a_throttle_waits_a_minute(company: Company) -> None:
    company.control.inject("status", "create", status=429, times=1)

    error = company.create_error()

    assert isinstance(error, Unavailable)
    assert (error.outage, error.retry_after) == (True, 60.0)


def test_a_token_that_ended_early_is_renewed_and_the_call_repeated(company: Company) -> None:
    company.client.create(fresh())
    company.control.inject("credentials", "create", times=1)

    assert company.client.create(fresh(invoice_id="i-2")).document_id
    assert company.operations() == ["token", "create", "create", "token", "create"]


def test_a_refusal_that_a_new_token_does_not_fix_is_believed(company: Company) -> None:
    company.control.inject("credentials", "create")

    assert isinstance(company.create_error(), CredentialsRefused)
    company.control.clear_faults()
    assert company.client.create(fresh()).document_id


def test_every_call_to_the_company_waits_its_turn(company: Company) -> None:
    company.control.inject("credentials", "create", times=1)
    company.settled(fresh(), is_repeat=True)

    called = [name for name in company.operations() if name != "token"]
    assert called == ["query", "preferences", "create", "create", "get"]
    assert company.paced == len(called)


def test_a_refused_connection_is_an_outage(company: Company, tmp_path: Path) -> None:
    nobody = Company(f"http://{LOOPBACK}:{free_port()}", tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()

    error = nobody.create_error()

    assert isinstance(error, Unavailable)
    assert error.outage


@pytest.fixture
def numbering(company: Company) -> Company:
    """Let the company number its transactions itself, as a new one does."""
    company.control.configure(custom_transaction_numbers=False)
    return company


def other(number: int, **changes: Any) -> FormattedInvoice:
    return fresh(**{"invoice_id": f"another-{number}"} | changes)


def test_ours_is_found_by_customer_and_day_if_the_company_numbers_itself(
    numbering: Company,
) -> None:
    numbering.client.create(other(1))
    created = numbering.client.create(fresh())
    numbering.client.create(other(2, external_customer_id="77"))

    assert numbering.client.look(fresh()) == (created,)
    assert numbering.client.look(other(3)) == ()


def test_a_document_moved_to_another_customer_is_found_by_day_and_total(numbering: Company) -> None:
    created = numbering.client.create(fresh())
    numbering.control.edit(created.document_id, customer_id="77")

    (found,) = numbering.client.look(fresh())

    assert (found.document_id, found.external_customer_id) == (created.document_id, "77")


def test_a_total_that_cannot_be_queried_is_left_out(numbering: Company) -> None:
    numbering.control.configure(total_is_queryable=False)
    created = numbering.client.create(fresh())
    numbering.control.edit(created.document_id, customer_id="77")

    assert [found.document_id for found in numbering.client.look(fresh())] == [created.document_id]


def test_a_repeat_duplicates_nothing_if_the_company_numbers_itself(numbering: Company) -> None:
    created = numbering.settled()
    numbering.control.forget_request_ids()

    assert numbering.settled(is_repeat=True) == created
    assert len(numbering.control.documents()) == 1


def test_a_voided_document_is_found_if_the_company_numbers_itself(numbering: Company) -> None:
    created = numbering.client.create(fresh())
    numbering.control.void(created.document_id)

    (found,) = numbering.client.look(fresh())

    assert (found.document_id, found.state) == (created.document_id, "void")


def test_the_number_in_an_answer_shows_a_changed_preference(company: Company) -> None:
    assert company.client.look(fresh()) == ()
    company.control.configure(custom_transaction_numbers=False)

    created = company.client.create(fresh())

    assert company.client.look(fresh()) == (created,)
    assert company.operations().count("preferences") == 1


def test_the_preference_is_read_from_time_to_time(company: Company) -> None:
    for _ in range(3):
        company.client.look(fresh())
    company.clock.advance(KEPT_SECONDS)
    company.client.look(fresh())

    assert company.operations().count("preferences") == 2


def test_a_look_fails_if_the_preference_cannot_be_read(company: Company) -> None:
    company.control.inject("status", "preferences", status=500)

    with pytest.raises(Unavailable):
        company.client.look(fresh())


def test_a_document_whose_note_was_edited_is_a_conflict(company: Company) -> None:
    created = company.client.create(fresh())
    company.control.edit(created.document_id, note="Paid by wire.")

    with pytest.raises(Rejected) as refused:
        company.settled(is_repeat=True)

    assert refused.value.code == "conflicting-document"
    assert f"somebody edited the note of {created.document_id}" in refused.value.reason


def test_another_total_under_our_number_is_not_reported_as_an_edited_note(company: Company) -> None:
    created = company.client.create(fresh())
    company.control.edit(created.document_id, note="Paid by wire.", total="50.00")

    with pytest.raises(Rejected) as refused:
        company.settled(is_repeat=True)

    assert "somebody edited" not in refused.value.reason


def test_a_taken_number_with_an_edited_note_is_reported_as_such(company: Company) -> None:
    created = company.client.create(fresh())
    company.control.edit(created.document_id, note="Paid by wire.")
    company.control.forget_request_ids()

    error = company.error()

    assert f"somebody edited the note of {created.document_id}" in error.reason
