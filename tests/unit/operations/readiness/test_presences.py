"""What the providers show of the customers and items that invoices refer to: each asked for once,
and what is not certain is not a failure.
"""

from collections.abc import Iterable

import pytest

from invoice_operations.readiness.causes import Causes
from invoice_operations.readiness.judged import Judged
from invoice_operations.readiness.presences import CUSTOMERS_AT_ONCE, Presences
from invoice_operations.readiness.references import Reference, references_of
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from tests.builders import CUSTOMER_ID, formatted_invoice, line_item
from tests.unit.operations.readiness.world import AskedProviders

CUSTOMER = Reference("netsuite", "customer", "1042", CUSTOMER_ID, "the id on it")


def item(number: int) -> Reference:
    return Reference("netsuite", "item", str(number), f"Line {number}", "the item id")


def ready(*references: Reference) -> Judged:
    return Judged("inv-1", CUSTOMER_ID, "ready", "netsuite", references=references)


def judged(asked: AskedProviders, *found: Judged) -> list[Judged]:
    return list(Presences(asked).judged([found]))


def test_a_missing_or_inactive_entry_fails_with_its_correction() -> None:
    asked = AskedProviders({"1042": "missing", "7": "inactive", "8": "active"})

    (one,) = judged(asked, ready(CUSTOMER, item(7), item(8)))

    assert one.state == "fails"
    assert [(each.code, each.kind, each.name, each.detail) for each in one.obstacles] == [
        (
            "provider-rejected",
            "netsuite customer",
            "1042",
            "NetSuite shows no customer 1042 to us. Correct the id on it.",
        ),
        (
            "provider-rejected",
            "netsuite item",
            "7",
            "The item 7 is inactive at NetSuite. Activate it there, or correct the item id.",
        ),
    ]


def test_an_existing_entry_stays_ready() -> None:
    (one,) = judged(AskedProviders({"1042": "active"}), ready(CUSTOMER))

    assert (one.state, one.problem) == ("ready", None)


def test_an_entry_that_a_provider_does_not_show_is_unknown() -> None:
    (one,) = judged(AskedProviders(), ready(CUSTOMER))

    assert (one.state, one.problem) == (
        "unknown",
        "NetSuite does not show whether the customer 1042 exists.",
    )


@pytest.mark.parametrize("error", [Unavailable("It is down."), CredentialsRefused("It is down.")])
def test_a_provider_that_cannot_be_asked_makes_nothing_fail(error: CallFailed) -> None:
    (one,) = judged(AskedProviders(error=error), ready(CUSTOMER, item(7)))

    assert (one.state, one.problem, one.obstacles) == ("unknown", "It is down.", ())


def test_each_is_asked_for_once_and_many_together() -> None:
    asked = AskedProviders({"1042": "active"})
    every = [item(number) for number in range(1000, 1150)]
    lists = ([ready(CUSTOMER, *every)] for _customer in range(3 * CUSTOMERS_AT_ONCE))

    found = list(Presences(asked).judged(lists))

    assert len(found) == 3 * CUSTOMERS_AT_ONCE
    assert [(thing, len(ids)) for _name, thing, ids in asked.asked] == [
        ("customer", 1),
        ("item", 100),
        ("item", 50),
    ]


def test_nothing_further_is_read_before_the_first_are_shown() -> None:
    walked: list[int] = []

    def lists() -> Iterable[list[Judged]]:
        for number in range(3 * CUSTOMERS_AT_ONCE):
            walked.append(number)
            yield [ready(CUSTOMER)]

    next(Presences(AskedProviders({"1042": "active"})).judged(lists()))

    assert len(walked) == CUSTOMERS_AT_ONCE


def test_a_document_refers_to_its_customer_and_to_each_item_once() -> None:
    lines = (
        line_item(external_item_id="7", product_id="p-1"),
        line_item(external_item_id="7", product_id="p-2"),
        line_item(external_item_id="8", product_id=None, line_type="scheduled"),
    )

    found = references_of(formatted_invoice(line_items=lines))

    assert [(each.thing, each.external_id, each.source) for each in found] == [
        ("customer", "1042", f"the id on customer {CUSTOMER_ID} in Metronome"),
        ("item", "7", "the item id of product p-1 in Metronome"),
        ("item", "8", 'ITEM_ID_BY_LINE_TYPE for "scheduled"'),
    ]


def test_razorpay_is_sent_no_items() -> None:
    found = references_of(formatted_invoice(destination="razorpay"))

    assert [each.kind for each in found] == ["razorpay customer"]


def test_the_last_sentence_says_that_they_were_asked() -> None:
    causes = Causes(providers_asked=True)
    causes.add(ready())

    assert causes.in_words() == (
        "1 invoice(s), including drafts: 1 would be sent. The providers were asked."
    )
