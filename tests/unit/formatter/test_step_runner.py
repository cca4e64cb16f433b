"""How the questions of the mapping are answered: with patience, kept for ten minutes, and a second
look a minute later.
"""

import asyncio
from typing import Any

import pytest

from invoice_formatter.cache import SECONDS
from invoice_formatter.mapping.hierarchy.billing import Billing, billing_of
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.step_runner import PatientAsking
from invoice_shared.errors import CallFailed, Rejected, Unavailable
from invoice_shared.metronome import questions
from invoice_shared.metronome.questions import Question
from tests.builders import CUSTOMER_ID, INVOICE_ID
from tests.unit.formatter.builders import invoice, rules
from tests.unit.formatter.hierarchies import (
    CONSOLIDATING,
    CONTRACT,
    LISTED,
    OWN,
    PARENT,
    FakeAccounts,
    child,
    parent,
)
from tests.unit.formatter.world import Desk

CONTRACT_PATH = "/v2/contracts/get"
LIST_PATH = f"/v1/customers/{CUSTOMER_ID}/invoices"
BY = rules(metronome_invoices_types=CONSOLIDATING)


class Office:
    """An asking over accounts in memory, on virtual time."""

    def __init__(self, accounts: FakeAccounts) -> None:
        self.accounts = accounts
        self.desk = Desk(lambda *_: None)
        self.troubles: list[CallFailed] = []
        self.asking = PatientAsking(
            self._ask, self.desk.patient, self.desk.time.clock, self.desk.time.sleep
        )

    async def _ask(self, question: Question) -> Any:
        if self.troubles:
            raise self.troubles.pop(0)
        return self.accounts.ask(question)

    async def billing(self, payer: dict[str, Any], by: MappingRules = BY) -> Billing:
        """Decide about an invoice, however long it takes."""
        steps = billing_of(invoice(payer=payer, contract_id=CONTRACT), by)
        (task,) = await self.desk.time.run(self.asking.run(steps, INVOICE_ID))
        billing: Billing = task.result()
        return billing

    @property
    def now(self) -> float:
        return self.desk.time.clock.monotonic()


def code_of(billing: Billing) -> str | None:
    return billing.instead.code if billing.instead else None


async def test_a_consolidated_invoice_that_comes_within_a_minute_is_seen() -> None:
    office = Office(FakeAccounts(parent()))
    listing = questions.consolidated_invoices(CUSTOMER_ID)
    steps = billing_of(invoice(payer=OWN, contract_id=CONTRACT), BY)
    (task,) = await office.desk.time.run(office.asking.run(steps, INVOICE_ID), seconds=59)
    assert not task.done()
    office.accounts.answers[listing] = {"data": LISTED}

    (looked,) = await office.desk.time.run(asyncio.wait_for(task, None))

    assert code_of(looked.result()) == "constituent-invoice"


async def test_one_that_does_not_come_is_looked_up_twice_a_minute_apart() -> None:
    office = Office(FakeAccounts(parent()))
    began = office.now

    assert code_of(await office.billing(OWN)) == "payer-not-decided"
    assert office.accounts.asked == [CONTRACT_PATH, LIST_PATH, LIST_PATH]
    assert 60 <= office.now - began < 61


async def test_contract_and_payer_are_kept_for_ten_minutes() -> None:
    office = Office(FakeAccounts(child("PARENT", "SEPARATE")))
    by = rules(hierarchy_billed_to="payer")
    for _ in range(3):
        assert (await office.billing(PARENT, by)).invoice.billed_customer_id == "parent"
    assert office.accounts.asked == [CONTRACT_PATH, "/v1/customers/parent"]

    office.desk.time.clock.advance(SECONDS)
    await office.billing(PARENT, by)

    assert len(office.accounts.asked) == 4


async def test_an_outage_is_waited_out_and_decides_nothing() -> None:
    office = Office(FakeAccounts(child("SELF", "SEPARATE")))
    office.troubles = [Unavailable("Metronome answered HTTP 503.", outage=True) for _ in range(20)]

    assert code_of(await office.billing(OWN)) is None


async def test_a_refusal_is_neither_repeated_nor_kept() -> None:
    office = Office(FakeAccounts(child("SELF", "SEPARATE")))
    office.troubles = [Rejected("payer-not-decided", "HTTP 400.")]

    assert code_of(await office.billing(OWN)) == "payer-not-decided"
    assert code_of(await office.billing(OWN)) is None
    assert office.accounts.asked == [CONTRACT_PATH]


async def test_an_answer_that_cannot_be_read_is_not_kept() -> None:
    office = Office(FakeAccounts(child("SELF", "SEPARATE")))
    contract = questions.contract(CUSTOMER_ID, CONTRACT)
    right = office.accounts.answers[contract]
    office.accounts.answers[contract] = {"data": "?"}

    assert code_of(await office.billing(OWN)) == "payer-not-decided"
    office.accounts.answers[contract] = right
    assert code_of(await office.billing(OWN)) is None


@pytest.mark.parametrize("payer", [OWN, PARENT])
async def test_a_contract_that_keeps_failing_alone_is_given_up(payer: dict[str, Any]) -> None:
    office = Office(FakeAccounts())
    office.troubles = [
        Unavailable("Metronome answered HTTP 500.", about="invoice") for _ in range(10_000)
    ]

    assert code_of(await office.billing(payer)) == "invoice-unavailable"
