"""An invoice created by way of a draft: step by step, against the account on loopback."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import Begun, Found, Pending
from invoice_providers.razorpay.client import Razorpay
from invoice_providers.razorpay.drafting import MAX_LAG_SECONDS
from invoice_providers.razorpay.remarks import UNSEEN
from invoice_providers.razorpay.responses import LONG_AGO
from invoice_providers.razorpay.setup import Key, api_of
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import RazorpayControl
from invoice_simulators.control import build_app
from invoice_simulators.razorpay import Razorpay as SimulatedRazorpay
from invoice_simulators.razorpay import RazorpaySettings
from invoice_simulators.server import SimulatorServer
from tests.builders import INVOICE_ID, formatted_invoice, line_item
from tests.fakes import FakeClock
from tests.unit.simulators.razorpay_client import call, create

ACCOUNT = RazorpaySettings()
CUSTOMER = "cust_AAAAAAAAAAAAAA"
REPEAT = Begun()
DEED = {"type": "invoice", "customer_id": CUSTOMER, "receipt": INVOICE_ID}
STRANGE = DEED | {"draft": "1", "line_items": [{"name": "By hand", "amount": 10000}]}


def invoice(**changes: Any) -> FormattedInvoice:
    ours = {"destination": "razorpay", "external_customer_id": CUSTOMER, "currency": "INR"}
    return formatted_invoice(**ours | changes)


class Desk:
    """A client of a simulated account; ``begun`` is the state of its newest create."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.control = RazorpayControl(url)
        self.clock = FakeClock()
        key = Key(ACCOUNT.key_id, ACCOUNT.key_secret)
        self.client = Razorpay(
            api_of(url, lambda: key, clock=self.clock, reach=Reach(2)), self.clock
        )

    def create(self, begun: Begun | None = None, document: FormattedInvoice | None = None) -> Found:
        return self.client.create(document or invoice(), begun=begun)

    def error(
        self, begun: Begun | None = None, document: FormattedInvoice | None = None
    ) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.create(begun, document)
        return failed.value

    def pending(
        self, begun: Begun | None = None, document: FormattedInvoice | None = None
    ) -> Pending:
        error = self.error(begun, document)
        assert isinstance(error, Pending)
        return error

    def hide(self) -> None:
        """Hide all further writes from the list."""
        self.control.configure(lookup_lag_seconds=None)

    def show(self) -> None:
        """Show every write in the list at once again."""
        self.control.configure(lookup_lag_seconds=0)

    def draft(self, document: FormattedInvoice | None = None) -> str:
        """Leave a draft behind, as a creator does that dies after its first call."""
        self.control.inject("status", "list", times=1, status=503)
        begun = self.pending(None, document).begun
        assert begun.draft_id is not None
        return begun.draft_id

    @property
    def statuses(self) -> list[str]:
        return [str(document["status"]) for document in self.control.documents()]

    @property
    def operations(self) -> list[str]:
        return [str(request["operation"]) for request in self.control.requests()]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with SimulatorServer(build_app(SimulatedRazorpay())) as server:
        yield Desk(server.url)


def test_a_first_record_is_drafted_looked_up_and_issued(desk: Desk) -> None:
    created = desk.create()

    assert created.state == "open"
    assert (desk.operations, desk.statuses) == (["create", "list", "issue"], ["issued"])


def test_a_repeat_is_issued_at_the_second_look(desk: Desk) -> None:
    first = desk.pending(REPEAT)
    assert (first.cause, first.begun.was_alone, desk.statuses) == (None, True, ["draft"])

    desk.create(first.begun)

    assert (desk.operations, desk.statuses) == (
        ["list", "create", "list", "list", "issue"],
        ["issued"],
    )


def test_a_draft_is_not_a_document(desk: Desk) -> None:
    desk.draft()

    assert desk.client.look(invoice()) == ()


def test_a_repeat_continues_with_a_draft_that_was_left_behind(desk: Desk) -> None:
    draft_id = desk.draft()

    created = desk.create(desk.pending(REPEAT).begun)

    assert (created.document_id, desk.statuses) == (draft_id, ["issued"])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"extra_fields": {"terms": "30 days"}}, id="other terms"),
        pytest.param({"extra_fields": {"contract": "7"}}, id="one more note"),
        pytest.param({"line_items": (line_item(name="Other"),)}, id="another name of a line"),
        pytest.param(
            {"line_items": (line_item(amount="40.00"), line_item(amount="60.00"))},
            id="other lines, the same total",
        ),
        pytest.param({"external_customer_id": "cust_BBBBBBBBBBBBBB"}, id="another customer"),
    ],
)
def test_a_draft_of_another_request_is_deleted_and_replaced(
    desk: Desk, changes: dict[str, Any]
) -> None:
    stale = desk.draft(invoice(**changes))

    created = desk.create(desk.pending(REPEAT).begun)

    assert created.document_id != stale
    assert desk.statuses == ["issued"]


def test_one_of_two_drafts_is_kept_and_the_other_deleted(desk: Desk) -> None:
    desk.hide()
    older = desk.draft()
    own = desk.pending(REPEAT)
    desk.show()

    tidied = desk.pending(own.begun)

    (kept,) = [document["id"] for document in desk.control.documents()]
    assert tidied.begun.draft_id == kept
    assert kept in (older, own.begun.draft_id)
    assert desk.create(desk.pending(tidied.begun).begun).document_id == kept


def test_an_existing_invoice_is_returned_and_our_drafts_are_deleted(desk: Desk) -> None:
    issued = desk.create()

    error = desk.error()

    assert isinstance(error, AlreadyExists)
    assert (error.document_id, desk.statuses) == (issued.document_id, ["issued"])


def test_a_foreign_draft_blocks_the_invoice_and_is_never_deleted(desk: Desk) -> None:
    stranger = create(desk.url, STRANGE).json()["id"]

    error = desk.error(REPEAT)

    assert isinstance(error, Rejected)
    assert (error.code, error.response, desk.statuses) == ("conflicting-document", None, ["draft"])
    assert f"Draft {stranger} at Razorpay has the receipt {INVOICE_ID}" in error.reason


def test_our_own_draft_is_deleted_if_a_foreign_one_blocks_it(desk: Desk) -> None:
    ours = desk.draft()
    stranger = create(desk.url, STRANGE).json()["id"]

    assert isinstance(desk.error(Begun(ours, 0.0, is_made=True)), Rejected)

    assert [document["id"] for document in desk.control.documents()] == [stranger]


def test_a_draft_without_a_memo_is_continued_only_by_its_creator(desk: Desk) -> None:
    notes = {f"note{number}": "n" for number in range(15)}
    unmarked = invoice(extra_fields={"description": "ours", **notes})
    desk.control.inject("status", "list", times=1, status=503)
    begun = desk.pending(None, unmarked).begun

    assert isinstance(desk.error(REPEAT, unmarked), Rejected)
    assert desk.create(begun, unmarked).document_id == begun.draft_id


def test_a_custom_description_moves_the_memo_to_a_note(desk: Desk) -> None:
    described = invoice(extra_fields={"description": "Your usage"})
    draft_id = desk.draft(described)

    assert desk.create(desk.pending(REPEAT, described).begun, described).document_id == draft_id


def test_a_draft_that_is_not_listed_yet_is_waited_for(desk: Desk) -> None:
    desk.hide()

    first = desk.pending()
    second = desk.pending(first.begun)

    assert first.begun == second.begun
    assert (first.cause, desk.statuses) == (None, ["draft"])
    desk.show()
    assert desk.create(second.begun).document_id == first.begun.draft_id


def test_a_list_two_minutes_behind_is_an_outage_and_nothing_is_issued(
    desk: Desk,
) -> None:
    desk.hide()
    begun = desk.pending().begun
    desk.clock.advance(MAX_LAG_SECONDS)

    behind = desk.pending(begun)

    error = behind.cause
    assert isinstance(error, Unavailable)
    assert error.outage
    assert behind.begun == begun
    assert error.reason.startswith(
        f"Razorpay's list of invoices is behind: two minutes after draft {begun.draft_id}"
    )
    assert desk.statuses == ["draft"]


def test_a_draft_that_a_person_deleted_is_not_created_again(desk: Desk) -> None:
    draft_id = desk.draft()
    desk.control.delete(draft_id)

    error = desk.error(Begun(draft_id, 0.0, is_made=True))

    assert isinstance(error, Rejected)
    assert error.code == "conflicting-document"
    assert f"Draft {draft_id} of this invoice was deleted at Razorpay" in error.reason
    assert desk.statuses == []


def test_a_missing_draft_of_another_creator_is_created_again(desk: Desk) -> None:
    draft_id = desk.draft()
    desk.control.delete(draft_id)

    begun = desk.pending(Begun(draft_id, 0.0)).begun

    assert desk.create(desk.pending(begun).begun).state == "open"


def test_a_draft_whose_receipt_was_removed_is_a_conflict(desk: Desk) -> None:
    draft_id = desk.draft()
    desk.control.edit(draft_id, number="R-1")

    error = desk.error(Begun(draft_id, 0.0, is_made=True))

    assert isinstance(error, Rejected)
    assert "Somebody removed the receipt" in error.reason


def test_a_draft_that_was_issued_meanwhile_is_the_invoice(desk: Desk) -> None:
    desk.hide()
    begun = desk.pending().begun
    call(desk.url, "POST", f"{begun.draft_id}/issue")

    assert desk.create(begun).document_id == begun.draft_id


@pytest.mark.parametrize("lost", ["reset-after", "hang-after", "status-after"])
def test_an_issue_without_an_answer_is_a_success_after_a_look(desk: Desk, lost: str) -> None:
    desk.control.inject(lost, "issue", times=1, status=502)

    failed = desk.pending()

    assert isinstance(failed.cause, Uncertain | Unavailable)
    assert [found.state for found in desk.client.look(invoice())] == ["open"]
    error = desk.error(failed.begun)
    assert isinstance(error, AlreadyExists)
    assert (error.document_id, desk.statuses) == (failed.begun.draft_id, ["issued"])


def test_issuing_an_issued_invoice_is_a_success(desk: Desk) -> None:
    draft_id = desk.draft()
    desk.client.look(invoice())  # shows the draft
    desk.hide()
    call(desk.url, "POST", f"{draft_id}/issue")

    created = desk.create(Begun(draft_id, 0.0, is_made=True, was_alone=True))

    assert (created.document_id, created.state) == (draft_id, "open")
    assert desk.operations[-2:] == ["issue", "get"]


def test_a_refusal_to_issue_leaves_no_draft(desk: Desk) -> None:
    said = "Invoice amount exceeds maximum payment amount allowed."
    words = {"error": {"code": "BAD_REQUEST_ERROR", "description": said}}
    desk.control.inject("status", "issue", times=1, status=400, body=words)

    error = desk.error()

    assert isinstance(error, Rejected)
    assert error.response is not None
    assert desk.statuses == []


def test_a_draft_with_another_total_is_never_issued(desk: Desk) -> None:
    error = desk.error(None, invoice(total=Decimal("101.00")))

    assert isinstance(error, Rejected)
    assert (error.code, desk.statuses) == ("conflicting-document", [])
    assert "created a draft over 100.00 instead of 101.00 INR" in error.reason


@pytest.mark.parametrize("lost", ["reset-before", "reset-after", "hang-after"])
def test_a_lost_draft_is_looked_for_and_becomes_one_invoice(desk: Desk, lost: str) -> None:
    desk.control.inject(lost, "create", times=1)

    failed = desk.pending()

    assert isinstance(failed.cause, Uncertain)
    assert failed.begun == REPEAT
    desk.create(desk.pending(failed.begun).begun)
    assert desk.statuses == ["issued"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param({"kind": "status", "status": 429}, Unavailable, id="throttled"),
        pytest.param({"kind": "credentials"}, CredentialsRefused, id="refused"),
    ],
)
def test_a_first_record_that_was_certainly_not_sent_stays_a_first_record(
    desk: Desk, fault: dict[str, Any], kind: type[CallFailed]
) -> None:
    desk.control.inject(fault.pop("kind"), "create", times=1, **fault)

    assert type(desk.error()) is kind


def test_a_creator_without_drafts_ignores_ours_and_counts_those_of_a_person(desk: Desk) -> None:
    desk.draft()
    stranger = create(desk.url, STRANGE).json()["id"]
    api = desk.client._api

    found = Razorpay(api, desk.clock, "direct").look(invoice())

    assert [each.document_id for each in found] == [stranger]


def test_a_draft_must_be_the_only_one_again_after_another_was_seen(desk: Desk) -> None:
    desk.hide()
    own = desk.draft()
    desk.draft()
    desk.show()

    tidied = desk.pending(Begun(own, 0.0, is_made=True, was_alone=True))

    assert not tidied.begun.was_alone


def test_abandoned_drafts_are_listed_and_discarded(desk: Desk) -> None:
    ours = desk.draft()
    create(desk.url, STRANGE)
    issued = desk.create(None, invoice(invoice_id="i-2")).document_id

    page = desk.client.drafts(LONG_AGO, 0)

    assert [(draft.draft_id, draft.invoice_id) for draft in page.drafts] == [(ours, INVOICE_ID)]
    assert (len(page.documents), desk.client.drafts(LONG_AGO, 3).documents) == (3, ())
    assert desk.client.drafts(page.drafts[0].made_at + timedelta(days=1), 0).documents == ()
    assert [desk.client.discard(ours), desk.client.discard(ours), desk.client.discard(issued)] == [
        True,
        True,
        False,
    ]


def test_the_remarks_say_what_the_owner_of_the_account_must_know(desk: Desk) -> None:
    assert UNSEEN in desk.client.remarks()
    desk.create()
    assert UNSEEN not in desk.client.remarks()
