"""The scenario adds up, can be repeated, and says how each invoice must end."""

from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

from invoice_simulators.metronome.store import MetronomeStore
from invoice_simulators.scenario import Created, Failed, Skipped, scenario
from invoice_simulators.scenario.flaws import FLAWS
from invoice_simulators.wire import Json, dumps, loads


def _counted(invoice: Json) -> Decimal:
    lines = [*invoice["line_items"], *invoice.get("invoice_adjustments", ())]
    money = [line for line in lines if line["credit_type"]["id"] == invoice["credit_type"]["id"]]
    applied = [
        line for line in money if line.get("applied_commit_or_credit", {}).get("type") != "POSTPAID"
    ]
    return sum((line["total"] for line in applied), Decimal(0))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one = scenario(60, seed=3)

    assert dumps(one.invoices) == dumps(scenario(60, seed=3).invoices)
    assert one.deliveries == scenario(60, seed=3).deliveries
    assert dumps(one.invoices) != dumps(scenario(60, seed=4).invoices)


def test_lines_add_up_to_the_total_unless_that_is_the_flaw() -> None:
    made = scenario(300)

    wrong = [invoice["id"] for invoice in made.invoices if _counted(invoice) != invoice["total"]]

    assert [made.ends[invoice_id] for invoice_id in wrong] == [
        Failed("formatter", "totals-mismatch")
    ] * len(wrong)
    assert wrong


def test_a_created_document_has_the_total_in_major_units() -> None:
    made = scenario(300)

    for invoice in made.invoices:
        end = made.ends[invoice["id"]]
        if isinstance(end, Created):
            per_major = 100 if end.currency == "USD" else 1
            total = (invoice["total"] / per_major).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            assert end.total == abs(total)
            assert end.document_type == ("credit_memo" if total < 0 else "invoice")


def test_every_flaw_occurs_and_one_invoice_in_ten_is_flawed() -> None:
    ends = Counter(scenario(10 * len(FLAWS)).ends.values())

    assert sum(ends[end] for end in {flaw.end for flaw in FLAWS}) == len(FLAWS)


def test_a_scenario_has_credit_memos_zero_totals_and_two_currencies() -> None:
    created = [end for end in scenario().ends.values() if isinstance(end, Created)]

    assert {end.document_type for end in created} == {"invoice", "credit_memo"}
    assert {end.currency for end in created} == {"USD", "EUR"}
    assert any(end.total == 0 for end in created)


def test_the_summary_splits_the_billed_amount() -> None:
    for totals in scenario().summary().values():
        assert totals.billed == totals.created + totals.failed + totals.skipped


def test_some_events_come_twice_and_some_out_of_order() -> None:
    made = scenario()

    ids = [event["id"] for event in made.deliveries]
    in_order = [event["properties"]["invoice_finalized_date"] for event in made.deliveries]

    assert len(set(ids)) == 200 < len(ids)
    assert in_order != sorted(in_order)


def test_every_event_has_an_expected_end_and_one_kind_is_unknown_to_metronome() -> None:
    made = scenario()

    announced = {event["properties"]["invoice_id"] for event in made.deliveries}
    missing = announced - {invoice["id"] for invoice in made.invoices}

    assert announced == set(made.ends)
    assert {made.ends[invoice_id] for invoice_id in missing} == {
        Failed("formatter", "invoice-not-found")
    }


def test_every_invoice_can_be_seeded_and_is_returned_digit_for_digit() -> None:
    store = MetronomeStore()
    made = scenario()

    for invoice in made.invoices:
        store.add_invoice(invoice)

    assert [loads(stored.raw) for stored in store.invoices.values()] == made.invoices


def test_the_caller_sets_keys_and_destinations() -> None:
    made = scenario(
        40,
        destinations=("quickbooks_online", "razorpay"),
        customer_key="cust",
        destination_key="dest",
        item_key="item",
    )

    assert {invoice["customer_custom_fields"].get("dest") for invoice in made.invoices} >= {
        "quickbooks_online",
        "razorpay",
    }


def test_razorpay_accepts_neither_credit_memos_nor_negative_lines_nor_zero() -> None:
    ends = set(scenario(destinations=("razorpay",)).ends.values())

    assert Failed("creator", "negative-amount") in ends
    assert not any(
        isinstance(end, Created) and (end.document_type == "credit_memo" or not end.total)
        for end in ends
    )


@pytest.mark.parametrize(
    "reason", ["not-finalized", "unbillable", "already-synced", "nothing-to-bill"]
)
def test_the_scenario_contains_skips(reason: str) -> None:
    assert Skipped(reason) in scenario().ends.values()


def test_only_invoices_with_a_payer_have_a_contract() -> None:
    made = scenario()

    payers = {
        invoice["contract_id"]: invoice["payer"] for invoice in made.invoices if "payer" in invoice
    }
    places = {contract["id"]: contract["hierarchy_configuration"] for contract in made.contracts}

    assert places.keys() == payers.keys()
    assert {place["payer"] for place in places.values()} == {"SELF", "PARENT"}
    assert all(
        place["parent"] == payers[contract_id]
        for contract_id, place in places.items()
        if place["payer"] == "PARENT"
    )


@pytest.mark.parametrize(
    "name",
    [
        "payer",
        "constituent_invoices",
        "invoice_adjustments",
        "regenerated_from_invoice_id",
        "revenue_system_invoices",
    ],
)
def test_an_invoice_may_have_fields_that_only_some_accounts_use(name: str) -> None:
    assert any(invoice.get(name) for invoice in scenario().invoices)


@pytest.mark.parametrize("name", ["tier", "sub_line_items", "origin"])
def test_a_line_may_have_fields_that_only_some_accounts_use(name: str) -> None:
    assert any(line.get(name) for invoice in scenario().invoices for line in invoice["line_items"])
