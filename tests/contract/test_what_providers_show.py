"""What people did to a document shows when it is looked up and when it is read, in the same way at
each provider.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from invoice_providers.base import Found
from invoice_providers.connection import Connection
from invoice_providers.names import destinations
from invoice_providers.testing import ProviderCase
from invoice_shared.invoice import FormattedInvoice
from invoice_simulators.client import ControlClient, RazorpayControl
from tests.contract.provider_cases import controlled

OTHER_CUSTOMER = "2042"


class Account:
    """A simulated account with one document."""

    def __init__(self, case: ProviderCase, control: ControlClient) -> None:
        self.name = case.provider.name
        self.control = control
        self.document: FormattedInvoice = case.invoice()
        self._client: Connection = case.connect()
        self.document_id = self._client.create(self.document).document_id

    def seen(self) -> Found:
        """Look the document up and read it; both show the same."""
        (found,) = self._client.look(self.document)
        assert self.read() == found
        return found

    def read(self) -> Found | None:
        return self._client.read(
            self.document_id,
            invoice_id=self.document.invoice_id,
            document_type=self.document.document_type,
        )

    def look(self) -> tuple[Found, ...]:
        return self._client.look(self.document)


@pytest.fixture(params=destinations())
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Account]:
    with controlled(request.param, tmp_path) as (case, control):
        yield Account(case, control)


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        pytest.param(lambda account: None, "open", id="nothing"),
        pytest.param(
            lambda account: account.control.pay(account.document_id, "2.50"),
            "open",
            id="partly paid",
        ),
        pytest.param(lambda account: account.control.pay(account.document_id), "paid", id="paid"),
        pytest.param(
            lambda account: account.control.void(account.document_id), "void", id="voided"
        ),
    ],
)
def test_the_state_follows_what_people_did(
    account: Account, deed: Callable[[Account], None], state: str
) -> None:
    deed(account)

    assert account.seen().state == state


def test_another_customer_and_another_total_are_shown(account: Account) -> None:
    if account.name == "razorpay":
        pytest.skip("an issued invoice keeps customer and total at Razorpay")
    account.control.edit(account.document_id, customer_id=OTHER_CUSTOMER, total="13.00")

    seen = account.seen()

    assert (seen.external_customer_id, seen.total) == (OTHER_CUSTOMER, Decimal("13.00"))


def test_a_deleted_document_does_not_exist(account: Account) -> None:
    if account.name == "razorpay":
        pytest.skip("an issued invoice cannot be deleted at Razorpay")
    account.control.delete(account.document_id)

    assert account.look() == ()
    assert account.read() is None


def test_an_expired_document_still_stands(account: Account) -> None:
    if account.name != "razorpay":
        pytest.skip("only Razorpay's invoices expire")
    RazorpayControl(account.control._base_url).expire(account.document_id)

    assert account.seen().state == "open"
