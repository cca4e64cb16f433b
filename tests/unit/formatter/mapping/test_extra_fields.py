import pytest

from invoice_formatter.mapping.extra_fields import problems_of
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import line, mapped, rules

CONTRACT = {"contract_custom_fields": {"po_number": "PO-7"}}


def test_document_and_line_fields_are_filled() -> None:
    templates = {
        "memo": "PO {contract_custom_fields.po_number}",
        "custbody_id": "{invoice.id}",
        "note": "{contract_custom_fields.absent?}",
        "line.class": "{line.product_custom_fields.class?}",
        "line.ref": "{line.product_id}/{customer_id}",
    }
    lines = [line(), line(product_custom_fields={"netsuite_item_id": "501", "class": "Cloud"})]

    document = mapped(*lines, by=rules(extra_fields=templates), **CONTRACT)

    assert document.extra_fields == {"memo": "PO PO-7", "custbody_id": document.invoice_id}
    reference = f"prod-api/{document.metronome_customer_id}"
    assert [one.extra_fields for one in document.line_items] == [
        {"ref": reference},
        {"class": "Cloud", "ref": reference},
    ]


def test_all_fields_that_cannot_be_filled_are_named_in_one_failure() -> None:
    templates = {
        "memo": "{contract_custom_fields.po_number} {payer.customer_id}",
        "line.class": "{line.metadata}",
    }

    with pytest.raises(Rejected) as refused:
        mapped(line(), line(), by=rules(extra_fields=templates))

    assert refused.value.code == "extra-field-not-filled"
    assert 'contract_custom_fields.po_number for "memo"' in refused.value.reason
    assert 'payer.customer_id for "memo"' in refused.value.reason
    assert refused.value.reason.count('line.metadata for "class" of line "API calls"') == 1


def test_each_template_that_can_never_be_filled_is_a_problem() -> None:
    problems = problems_of(
        {"memo": "{", "line.": "x", " ": "y", "class": "{line.product_id}", "fine": "{id}"}
    )

    assert len(problems) == 4
    assert any("line.class" in problem for problem in problems)


def test_a_field_may_apply_to_one_destination_alone() -> None:
    templates = {
        "memo": "everywhere",
        "netsuite:memo": "in NetSuite",
        "netsuite:custbody_id": "{invoice.id}",
        "quickbooks_online:ClassRef": "{contract_custom_fields.absent}",
        "netsuite:line.class": "7",
    }

    document = mapped(line(), by=rules(extra_fields=templates))

    assert document.extra_fields == {"memo": "in NetSuite", "custbody_id": document.invoice_id}
    assert document.line_items[0].extra_fields == {"class": "7"}


def test_a_template_for_one_destination_is_checked_like_any_other() -> None:
    assert (
        len(
            problems_of(
                {"netsuite:": "x", "netsuite:memo": "{", "razorpay:memo": "{line.product_id}"}
            )
        )
        == 3
    )


def test_a_prefix_that_is_not_a_destination_is_a_problem() -> None:
    (problem,) = problems_of({"netsuit:memo": "x", "PO: number": "x", "razorpay:po:number": "x"})

    assert problem.startswith('netsuit:memo: "netsuit" is not a destination: use one of netsuite, ')


def test_templates_can_use_the_first_and_last_day_of_a_service() -> None:
    templates = {
        "memo": "{start_date} to {invoice.end_date}",
        "line.period": "{line.start_date} to {line.end_date}",
        "line.raw": "{line.ending_before}",
    }

    document = mapped(line(), by=rules(extra_fields=templates))

    assert document.extra_fields == {"memo": "2026-02-01 to 2026-02-28"}
    assert document.line_items[0].extra_fields == {
        "period": "2026-02-01 to 2026-02-28",
        "raw": "2026-03-01T00:00:00+00:00",
    }


def test_a_line_without_a_period_has_neither_day() -> None:
    no_period = line(starting_at=None, ending_before=None)

    with pytest.raises(Rejected, match=r"line\.end_date"):
        mapped(no_period, by=rules(extra_fields={"line.period": "{line.end_date}"}))
