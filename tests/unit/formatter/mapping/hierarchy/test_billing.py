"""Who is billed in an account hierarchy: one row per row of Metronome's cases, and the cases that
no row names.
"""

from typing import Any

import pytest

from invoice_formatter.mapping.document import Mapped, map_billing
from invoice_formatter.mapping.hierarchy.billing import Billing
from invoice_formatter.mapping.skip import Skip
from invoice_shared.errors import Rejected
from invoice_shared.failure import Code, SkipReason
from invoice_shared.metronome import questions
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
    consolidated,
    parent,
)

ELSEWHERE = {"customer_id": "stranger", "contract_id": "contract-stranger"}
SKIPPED: SkipReason = "constituent-invoice"
HELD: Code = "payer-not-decided"
BILLED = "billed"


def ending(billing: Billing) -> str:
    """Return the code with which it ends, or who is billed."""
    return billing.instead.code if billing.instead else BILLED


def decided(
    type_: str,
    payer: dict[str, Any] | None,
    hierarchy: Any,
    listed: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> Billing:
    given = rules(**{"metronome_invoices_types": CONSOLIDATING} | changes)
    one = invoice(type=type_, payer=payer, contract_id=CONTRACT)
    return FakeAccounts(hierarchy, listed or []).billing(one, given)


@pytest.mark.parametrize(
    ("type_", "payer", "hierarchy", "listed", "end"),
    [
        pytest.param(
            "USAGE_CONSOLIDATED",
            OWN,
            parent(),
            [],
            BILLED,
            id="a consolidated invoice is billed once",
        ),
        pytest.param(
            "USAGE_CONSOLIDATED",
            None,
            parent(),
            [],
            BILLED,
            id="a consolidated one without a payer",
        ),
        pytest.param(
            "USAGE_CONSOLIDATED",
            OWN,
            parent("NONE"),
            [],
            HELD,
            id="consolidated, against its contract",
        ),
        pytest.param("USAGE_CONSOLIDATED", OWN, None, [], HELD, id="consolidated, in no hierarchy"),
        pytest.param("USAGE", None, None, [], BILLED, id="no payer, no hierarchy"),
        pytest.param(
            "USAGE", None, child("SELF", "SEPARATE"), [], HELD, id="no payer, in a hierarchy"
        ),
        pytest.param("USAGE", OWN, None, [], BILLED, id="pays itself, no hierarchy"),
        pytest.param(
            "USAGE", OWN, child("SELF", "SEPARATE"), LISTED, BILLED, id="a child that pays itself"
        ),
        pytest.param(
            "USAGE", OWN, child("self"), [], BILLED, id="SELF must be SEPARATE, in any case"
        ),
        pytest.param(
            "USAGE", OWN, child("SELF", "CONSOLIDATE"), [], HELD, id="SELF cannot be CONSOLIDATE"
        ),
        pytest.param(
            "USAGE", OWN, parent("NONE"), LISTED, BILLED, id="a parent that consolidates nothing"
        ),
        pytest.param("USAGE", OWN, parent(), LISTED, SKIPPED, id="the parent's own, listed"),
        pytest.param("USAGE", OWN, parent(), [], HELD, id="the parent's own, not listed"),
        pytest.param("USAGE", OWN, parent(None), LISTED, HELD, id="a parent without a behavior"),
        pytest.param(
            "USAGE", PARENT, child("PARENT", "CONSOLIDATE"), LISTED, SKIPPED, id="a child's, listed"
        ),
        pytest.param(
            "USAGE",
            PARENT,
            child(None, "CONSOLIDATE"),
            LISTED,
            SKIPPED,
            id="CONSOLIDATE needs PARENT",
        ),
        pytest.param(
            "USAGE", PARENT, child("PARENT", "CONSOLIDATE"), [], HELD, id="a child's, not listed"
        ),
        pytest.param(
            "USAGE", PARENT, child("PARENT"), LISTED, HELD, id="a child without a behavior"
        ),
        pytest.param(
            "USAGE", PARENT, child(None, "SEPARATE"), [], HELD, id="a child without a payer"
        ),
        pytest.param(
            "USAGE",
            OWN,
            child("PARENT", "SEPARATE"),
            [],
            HELD,
            id="the contract names another payer",
        ),
        pytest.param(
            "USAGE",
            PARENT,
            child("SELF", "SEPARATE"),
            [],
            HELD,
            id="the invoice names another payer",
        ),
        pytest.param(
            "USAGE",
            ELSEWHERE,
            child("PARENT", "CONSOLIDATE"),
            LISTED,
            HELD,
            id="a payer outside of the hierarchy",
        ),
        pytest.param("USAGE", PARENT, None, [], HELD, id="another payer, no hierarchy"),
        pytest.param("USAGE", {}, child("PARENT", "SEPARATE"), [], HELD, id="a payer without ids"),
        pytest.param(
            "SCHEDULED", None, child("SELF", "SEPARATE"), [], BILLED, id="charges of a child, SELF"
        ),
        pytest.param("SCHEDULED", None, parent(), LISTED, BILLED, id="charges of a parent"),
        pytest.param("SCHEDULED", None, None, [], BILLED, id="charges in no hierarchy"),
        pytest.param(
            "SCHEDULED", None, child(None), [], HELD, id="charges of a child without a payer"
        ),
        pytest.param(
            "SCHEDULED", PARENT, child("SELF"), [], HELD, id="charges that name another payer"
        ),
        pytest.param(
            "SCHEDULED",
            OWN,
            child("PARENT"),
            [],
            HELD,
            id="charges whose contract names another payer",
        ),
        pytest.param(
            "USAGE",
            OWN,
            {"children": [], "parent": PARENT},
            [],
            HELD,
            id="parent and child at once",
        ),
        pytest.param("USAGE", OWN, {}, [], HELD, id="neither parent nor child"),
        pytest.param("USAGE", OWN, [], [], HELD, id="no configuration at all"),
        pytest.param(
            "USAGE",
            PARENT,
            {"parent": {"customer_id": "parent"}},
            [],
            HELD,
            id="a parent without ids",
        ),
    ],
)
def test_each_case_of_metronomes_hierarchies_has_one_result(
    type_: str, payer: dict[str, Any] | None, hierarchy: Any, listed: list[dict[str, Any]], end: str
) -> None:
    assert ending(decided(type_, payer, hierarchy, listed)) == end


@pytest.mark.parametrize(
    ("type_", "payer", "hierarchy"),
    [
        pytest.param(
            "USAGE", PARENT, child("PARENT", "SEPARATE"), id="a separate child whose parent pays"
        ),
        pytest.param("SCHEDULED", None, child("PARENT", "CONSOLIDATE"), id="a child's charges"),
        pytest.param(
            "SCHEDULED", PARENT, child("PARENT"), id="a child's charges that name the payer"
        ),
        pytest.param(
            "USAGE_CONSOLIDATED", PARENT, parent(), id="a consolidated invoice that another pays"
        ),
    ],
)
def test_a_setting_decides_who_is_billed_if_another_customer_pays(
    type_: str, payer: dict[str, Any] | None, hierarchy: Any
) -> None:
    unset = decided(type_, payer, hierarchy)
    customer = decided(type_, payer, hierarchy, hierarchy_billed_to="customer")
    payers = decided(type_, payer, hierarchy, hierarchy_billed_to="payer")

    assert ending(unset) == HELD
    assert isinstance(unset.instead, Rejected)
    assert "HIERARCHY_BILLED_TO" in unset.instead.reason
    assert (ending(customer), customer.invoice.billed_customer_id) == (BILLED, CUSTOMER_ID)
    assert (ending(payers), payers.invoice.billed_customer_id) == (BILLED, "parent")


def test_the_payers_fields_say_where_it_is_billed_and_the_invoice_stays_the_customers() -> None:
    given = rules(
        hierarchy_billed_to="payer",
        extra_fields={"memo": "{customer_custom_fields.netsuite_customer_id}"},
    )
    one = invoice(payer=PARENT, contract_id=CONTRACT)
    billing = FakeAccounts(child("PARENT", "SEPARATE")).billing(one, given)

    mapped = map_billing(billing, given)

    assert isinstance(mapped, Mapped)
    document = mapped.document
    assert (document.external_customer_id, document.destination) == ("9000", "quickbooks_online")
    assert (document.metronome_customer_id, document.extra_fields) == (
        CUSTOMER_ID,
        {"memo": "9000"},
    )
    assert (
        "It is billed to the customer parent, who pays for it (HIERARCHY_BILLED_TO)."
        in mapped.notes
    )


def test_a_payer_without_a_mapping_is_named() -> None:
    accounts = FakeAccounts(child("PARENT", "SEPARATE"))
    accounts.answers[questions.customer("parent")] = {"data": {"custom_fields": {}}}
    given = rules(hierarchy_billed_to="payer")

    with pytest.raises(Rejected, match="The customer parent has no custom field") as refused:
        map_billing(accounts.billing(invoice(payer=PARENT, contract_id=CONTRACT), given), given)

    assert refused.value.code == "customer-not-mapped"


def test_an_invoice_that_is_not_consolidated_is_not_skipped() -> None:
    """A skip would mean that nobody is billed, unless consolidated invoices are billed."""
    billing = decided(
        "USAGE", PARENT, child("PARENT", "CONSOLIDATE"), LISTED, metronome_invoices_types=["USAGE"]
    )

    assert ending(billing) == HELD
    assert isinstance(billing.instead, Rejected)
    assert "USAGE_CONSOLIDATED" in billing.instead.reason


def test_the_skip_names_the_consolidated_invoice() -> None:
    billing = decided("USAGE", PARENT, child("PARENT", "CONSOLIDATE"), LISTED)

    assert billing.instead == Skip(
        SKIPPED,
        "The consolidated invoice consolidated-1 of the customer parent contains it, and is"
        " billed.",
    )


@pytest.mark.parametrize(
    ("listed", "end"),
    [
        pytest.param([consolidated(INVOICE_ID, status="VOID")], HELD, id="a void one bills nobody"),
        pytest.param(
            [consolidated(INVOICE_ID, status="DRAFT")], SKIPPED, id="a draft names it already"
        ),
        pytest.param([consolidated("another")], HELD, id="it names others"),
        pytest.param(
            [{"id": "x", "status": "FINALIZED", "constituent_invoices": None}],
            HELD,
            id="it names no invoices",
        ),
        pytest.param(
            [{"id": "x", "constituent_invoices": [None, {}, "?"]}],
            HELD,
            id="it names nothing readable",
        ),
        pytest.param(["?"], HELD, id="not an invoice at all"),
    ],
)
def test_only_a_valid_consolidated_invoice_can_contain_it(listed: list[Any], end: str) -> None:
    assert ending(decided("USAGE", OWN, parent(), listed)) == end


def test_every_page_is_read_and_a_repeated_cursor_ends_the_list() -> None:
    accounts = FakeAccounts(parent())
    given = rules(metronome_invoices_types=CONSOLIDATING)
    first, second = (questions.consolidated_invoices(CUSTOMER_ID, cursor) for cursor in (None, "2"))
    accounts.answers |= {
        first: {"data": [], "next_page": "2"},
        second: {"data": LISTED, "next_page": "2"},
    }
    one = invoice(payer=OWN, contract_id=CONTRACT)

    assert ending(accounts.billing(one, given)) == SKIPPED

    accounts.answers[second] = {"data": [], "next_page": "2"}
    assert ending(accounts.billing(one, given)) == HELD


@pytest.mark.parametrize(
    ("changes", "by"),
    [
        pytest.param({}, {}, id="no payer, and nothing is set"),
        pytest.param({"type": "SCHEDULED"}, {}, id="charges"),
        pytest.param(
            {"contract_id": None}, {"metronome_invoices_types": CONSOLIDATING}, id="a legacy plan"
        ),
        pytest.param({"status": "DRAFT", "payer": PARENT}, {}, id="a draft is skipped first"),
        pytest.param(
            {"type": "BRAND_NEW", "payer": PARENT},
            {},
            id="an unknown type is not looked into",
        ),
        pytest.param(
            {"payer": PARENT},
            {"bill_from": "2027-01-01"},
            id="an invoice that is too old is skipped first",
        ),
        pytest.param(
            {"type": "USAGE_CONSOLIDATED"}, {}, id="a type that is not billed is skipped first"
        ),
    ],
)
def test_an_invoice_without_a_sign_of_a_hierarchy_costs_no_call(
    changes: dict[str, Any], by: dict[str, Any]
) -> None:
    accounts = FakeAccounts(child("PARENT", "SEPARATE"))

    billing = accounts.billing(invoice(**{"contract_id": CONTRACT} | changes), rules(**by))

    assert (billing.instead, accounts.asked) == (None, [])


@pytest.mark.parametrize(
    "by", [{"metronome_invoices_types": CONSOLIDATING}, {"hierarchy_billed_to": "customer"}]
)
def test_each_contract_is_read_if_the_settings_mention_hierarchies(by: dict[str, Any]) -> None:
    accounts = FakeAccounts()

    assert ending(accounts.billing(invoice(contract_id=CONTRACT), rules(**by))) == BILLED
    assert accounts.asked == ["/v2/contracts/get"]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"data": None},
        {"data": {"hierarchy_configuration": "?"}},
        {"data": {"hierarchy_configuration": 0}},
    ],
)
def test_a_contract_that_cannot_be_read_decides_nothing(answer: Any) -> None:
    accounts = FakeAccounts()
    accounts.answers[questions.contract(CUSTOMER_ID, CONTRACT)] = answer

    assert ending(accounts.billing(invoice(payer=OWN, contract_id=CONTRACT), rules())) == HELD


def test_a_hierarchy_without_a_contract_is_undecided() -> None:
    assert ending(FakeAccounts().billing(invoice(payer=OWN), rules())) == HELD


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        pytest.param(
            questions.customer("parent"), {"data": {"id": "parent"}}, id="a payer without fields"
        ),
        pytest.param(questions.customer("parent"), None, id="no payer at all"),
    ],
)
def test_a_payer_who_cannot_be_read_decides_nothing(what: questions.Question, answer: Any) -> None:
    accounts = FakeAccounts(child("PARENT", "SEPARATE"))
    accounts.answers[what] = answer
    one = invoice(payer=PARENT, contract_id=CONTRACT)

    assert ending(accounts.billing(one, rules(hierarchy_billed_to="payer"))) == HELD


def test_a_list_that_cannot_be_read_decides_nothing() -> None:
    accounts = FakeAccounts(parent())
    accounts.answers[questions.consolidated_invoices(CUSTOMER_ID)] = {"data": "?"}
    one = invoice(payer=OWN, contract_id=CONTRACT)

    assert ending(accounts.billing(one, rules(metronome_invoices_types=CONSOLIDATING))) == HELD


@pytest.mark.parametrize("instead", [Skip(SKIPPED, "Contained."), Rejected(HELD, "Not decided.")])
def test_an_existing_document_comes_before_the_hierarchy(instead: Skip | Rejected) -> None:
    synced = invoice(external_invoice={"invoice_id": "INV-77", "external_status": "FINALIZED"})

    mapped = map_billing(Billing(synced, instead), rules())

    assert isinstance(mapped, Skip)
    assert mapped.code == "already-synced"


def test_a_forced_replay_bills_neither_a_constituent_nor_an_undecided_invoice() -> None:
    skip = Skip(SKIPPED, "Contained.")

    assert map_billing(Billing(invoice(), skip), rules(), forced=True) == skip
    with pytest.raises(Rejected):
        map_billing(Billing(invoice(), Rejected(HELD, "Not decided.")), rules(), forced=True)
