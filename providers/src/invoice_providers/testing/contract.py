"""The suite for all providers: created once, found again, refused with a reason."""

import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from invoice_providers.base import Begun, Created, Found, Pending, Presence, Thing
from invoice_providers.connection import Connection
from invoice_providers.found import likeliest
from invoice_providers.names import metronome_name
from invoice_providers.testing.case import TOTAL, ProviderCase
from invoice_shared import serde
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
)
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.settings import HttpSettings

LONG_AGO = timedelta(days=1)
# A document may take a moment to appear, and refused credentials several calls to be believed.
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.5

Answer = TypeVar("Answer")


class ProviderContract:
    """Subclass it and define the fixture ``case``."""

    @pytest.fixture
    def case(self) -> ProviderCase:
        """Return the account for testing the provider."""
        raise NotImplementedError

    def test_the_account_is_set_up_and_has_a_name(self, case: ProviderCase) -> None:
        """The creator and the ledger need both."""
        assert case.provider.is_configured(case.account)
        assert case.provider.account(case.account)

    def test_metronome_knows_it_by_one_name(self, case: ProviderCase) -> None:
        """The formatter reads the folder's, because the value's module imports a client."""
        assert metronome_name(case.provider.name) == case.provider.metronome_name

    def test_its_settings_are_its_own(self, case: ProviderCase) -> None:
        """One prefix, so that no two providers share a variable."""
        own = case.provider.settings.model_fields.keys() - HttpSettings.model_fields.keys()

        assert len({name.partition("_")[0] for name in own}) == 1
        assert {name.lower() for name in case.provider.needed_at_first(())} <= own

    def test_what_is_created_is_found_with_all_that_it_shows(self, case: ProviderCase) -> None:
        """A field that the provider does not show is ``None``; the others are right."""
        client, document = case.connect(), case.invoice()

        created = finished(client, document)
        (found,) = eventually(lambda: client.look(document))

        assert found.document_id == created.document_id
        assert differences(document, found) == []
        assert differences(document, created) == []
        assert found.total == TOTAL

    def test_what_is_created_is_read_by_its_own_id(self, case: ProviderCase) -> None:
        """The ledger stores the provider's id."""
        client, document = case.connect(), case.invoice()
        created = finished(client, document)

        read = eventually(lambda: read_again(client, document, created.document_id))

        assert read is not None
        assert read.document_id == created.document_id
        assert differences(document, read) == []

    def test_what_does_not_exist_is_not_there(self, case: ProviderCase) -> None:
        """Neither by the invoice's id nor by the provider's."""
        client, document = case.connect(), case.invoice()

        assert client.look(document) == ()
        assert read_again(client, document, case.no_document_id) is None

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({}, id="at once"),
            pytest.param({"due_date": None}, id="with another body"),
            pytest.param({"received_at": datetime.now(UTC) - LONG_AGO}, id="a day later"),
        ],
    )
    def test_a_repeat_ends_with_the_same_document(
        self, case: ProviderCase, changes: dict[str, Any]
    ) -> None:
        """Due to the provider's own key, a taken id, or the look before."""
        client, document = case.connect(), case.invoice()
        created = finished(client, document)
        eventually(lambda: client.look(document))

        again = repeated(case.connect(), document.changed(**changes))

        assert again.document_id == created.document_id
        assert len(client.look(document)) == 1

    def test_a_repeat_of_what_nobody_created_ends_in_one_document(self, case: ProviderCase) -> None:
        """A provider with drafts needs several calls, because another process may have begun."""
        client, document = case.connect(), case.invoice()

        created = finished(client, document, Begun())

        (found,) = eventually(lambda: client.look(document))
        assert found.document_id == created.document_id

    def test_another_total_under_a_taken_id_changes_nothing(self, case: ProviderCase) -> None:
        """The document's facts show the creator that it differs."""
        client, document = case.connect(), case.invoice()
        finished(client, document)
        eventually(lambda: client.look(document))
        changes = {"total": Decimal("99.00"), "line_items": (case.line(amount="99.00"),)}

        held = repeated(client, case.invoice(invoice_id=document.invoice_id, **changes))

        assert held.total == TOTAL

    def test_a_credit_memo_is_created_and_found_or_refused_for_what_it_is(
        self, case: ProviderCase
    ) -> None:
        """Depending on ``takes_credit_memos``."""
        client, memo = case.connect(), case.invoice(document_type="credit_memo")

        if not case.provider.takes_credit_memos:
            error = refusal(client, memo)
            assert isinstance(error, Rejected)
            assert error.code == "negative-amount"
            return
        created = finished(client, memo)
        (found,) = eventually(lambda: client.look(memo))
        assert found.document_id == created.document_id
        assert differences(memo, found) == []

    def test_an_item_or_customer_that_is_not_there_is_refused_and_nothing_is_left(
        self, case: ProviderCase
    ) -> None:
        """The reason says where in Metronome the id comes from."""
        unknown = (case.line(name="Ghosts", external_item_id=case.no_item_id, amount="12.50"),)
        nobody = {"external_customer_id": case.no_customer_id}

        error = refusal(
            case.connect(), case.invoice(**{"line_items": unknown} if case.no_item_id else nobody)
        )

        assert error.response is not None
        assert "Metronome" in error.reason

    def test_wrong_credentials_are_never_an_invoices_fault(self, case: ProviderCase) -> None:
        """Otherwise a wrong password would turn a whole topic into failures."""
        stranger, document = case.connect_as_a_stranger(), case.invoice()

        def is_refused() -> bool:
            with pytest.raises(CallFailed) as failed:
                stranger.create(document)
            assert not isinstance(failed.value, Rejected | AlreadyExists)
            return isinstance(failed.value, CredentialsRefused)

        eventually(is_refused)
        assert case.connect().look(document) == ()

    def test_what_an_invoice_refers_to_is_there_or_not(self, case: ProviderCase) -> None:
        """Test customers, items if documents have any, and many ids at once if supported."""
        client = case.connect()
        customers = (case.customer_id, case.no_customer_id)
        items = (case.item_id, case.no_item_id or "0")

        assert presence(client, "customer", customers) == ("active", "missing")
        shown = ("active", "missing") if case.provider.has_items else (None, None)
        assert presence(client, "item", items) == shown
        many = (case.customer_id,) * case.provider.ids_at_once
        assert client.presence("customer", many) == {case.customer_id: "active"}

    def test_whoever_is_refused_is_not_told_what_is_there(self, case: ProviderCase) -> None:
        """Else a wrong password would look like customers that do not exist."""
        stranger = case.connect_as_a_stranger()

        with pytest.raises((CredentialsRefused, Unavailable)):
            stranger.presence("customer", (case.customer_id,))

    def test_a_preview_is_a_body_that_asks_nobody(self, case: ProviderCase) -> None:
        """The same invoice gives the same bytes, even with an account that is not configured."""
        document, nowhere = case.invoice(), case.provider.settings.model_construct()

        assert serde.dumps(case.provider.preview(document, nowhere)) == serde.dumps(
            case.provider.preview(document, nowhere)
        )


def finished(client: Connection, document: FormattedInvoice, begun: Begun | None = None) -> Created:
    """Create a document, and continue while the create is pending."""
    end, pause = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while True:
        try:
            return client.create(document, begun=begun)
        except Pending as pending:
            if pending.cause is not None or time.monotonic() > end:
                raise
            begun = pending.begun
            pause.wait(PAUSE_SECONDS)


def differences(document: FormattedInvoice, found: Found) -> list[str]:
    """Return the facts that are shown and wrong."""
    facts = (
        ("invoice id", found.invoice_id, (document.invoice_id,)),
        ("total", found.total, (document.total,)),
        ("currency", found.currency, (document.currency,)),
        ("customer", found.external_customer_id, (document.external_customer_id,)),
        ("document type", found.document_type, (document.document_type,)),
        ("state", found.state, ("open", "draft")),
    )
    return [
        f"{name} {shown}"
        for name, shown, right in facts
        if shown is not None and shown not in right
    ]


def presence(client: Connection, thing: Thing, ids: Collection[str]) -> tuple[Presence | None, ...]:
    """Ask for customers or items one by one."""
    return tuple(client.presence(thing, (each,)).get(each) for each in ids)


def read_again(client: Connection, document: FormattedInvoice, document_id: str) -> Found | None:
    """Read a document by the provider's id."""
    return client.read(
        document_id, invoice_id=document.invoice_id, document_type=document.document_type
    )


def repeated(client: Connection, document: FormattedInvoice) -> Found:
    """Return the document after a repeated create.

    The creator looks first, unless the provider recognises repeats.
    """
    if not client.provider.recognises_repeats:
        found = likeliest(client.look(document), document.invoice_id)
        assert found is not None
        return found
    try:
        return client.create(document)
    except AlreadyExists as taken:
        named = read_again(client, document, taken.document_id) if taken.document_id else None
        held = named or likeliest(client.look(document), document.invoice_id)
        assert held is not None
        return held


def refusal(client: Connection, document: FormattedInvoice) -> CallFailed:
    """Return the refusal of a document; a taken id must turn out not to be the reason."""
    with pytest.raises((Rejected, AlreadyExists)) as refused:
        client.create(document)
    assert client.look(document) == ()
    return refused.value


def eventually(check: Callable[[], Answer]) -> Answer:
    """Return the first truthy answer, or the last one once patience has run out."""
    end = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not (answer := check()) and time.monotonic() < end:
        pause.wait(PAUSE_SECONDS)
    assert answer
    return answer
