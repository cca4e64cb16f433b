from typing import Any

import pytest

from invoice_formatter.mapping.items import item_ids
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import application, invoice, line, rules

KEY = "netsuite_item_id"  # a custom field; Metronome has a field of the line of the same name
BY_TYPE = {
    "usage": "type-usage",
    "applied_commit_or_credit": "type-application",
    "invoice_adjustment": " ",
}


UNMAPPED: dict[str, Any] = {"product_custom_fields": {}}
NETSUITES: dict[str, Any] = {"netsuite_item_id": "7", "commit_netsuite_item_id": "8"}


@pytest.mark.parametrize(
    ("one", "by_type", "item"),
    [
        pytest.param(line(), BY_TYPE, "501", id="the product's item comes first"),
        pytest.param(
            line(product_custom_fields={KEY: "  501 "}), {}, "501", id="values are trimmed"
        ),
        pytest.param(line(product_custom_fields={KEY: 501}), {}, "501", id="a number is accepted"),
        pytest.param(
            line(product_custom_fields={}), BY_TYPE, "type-usage", id="then the line type's"
        ),
        pytest.param(
            line(product_custom_fields={KEY: " "}),
            BY_TYPE,
            "type-usage",
            id="blank counts as missing",
        ),
        pytest.param(
            application(-1, commit_custom_fields={KEY: "commit"}),
            BY_TYPE,
            "commit",
            id="a commit's own comes first",
        ),
        pytest.param(
            application(-1), BY_TYPE, "type-application", id="then the application's type"
        ),
        pytest.param(application(-1), {}, "501", id="then the product's"),
        pytest.param(
            line(custom_fields={KEY: "own"}),
            BY_TYPE,
            "own",
            id="the line's own, before its product's",
        ),
        pytest.param(
            application(-1, custom_fields={KEY: "own"}), BY_TYPE, "own", id="an application's own"
        ),
        pytest.param(
            line(scheduled_charge_custom_fields={KEY: "9"}), {}, "9", id="the scheduled charge's"
        ),
        pytest.param(line(subscription_custom_fields={KEY: "9"}), {}, "9", id="the subscription's"),
        pytest.param(line(discount_custom_fields={KEY: "9"}), {}, "9", id="the discount's"),
        pytest.param(
            line(professional_service_custom_fields={KEY: "9"}),
            {},
            "9",
            id="the professional service's",
        ),
        pytest.param(
            line(**UNMAPPED, commit_custom_fields={KEY: "9"}),
            BY_TYPE,
            "9",
            id="a purchase: the commit's",
        ),
        pytest.param(
            line(commit_custom_fields={KEY: "9"}), {}, "501", id="but the product's comes before it"
        ),
    ],
)
def test_a_line_finds_its_item(one: dict[str, Any], by_type: dict[str, str], item: str) -> None:
    assert item_ids(
        invoice(line(), one).lines[1:], rules(item_id_by_line_type=by_type), "netsuite"
    ) == [item]


def test_all_unmapped_products_are_named_in_one_failure() -> None:
    lines = [
        line(name="GPU", product_id="prod-gpu", product_custom_fields={}),
        line(name="Storage", product_id="prod-storage", product_custom_fields=None),
        line(name="GPU", product_id="prod-gpu", product_custom_fields={}),
        line(name="Promotion", product_id=None, product_custom_fields={}, type="scheduled"),
        line(),
    ]

    with pytest.raises(Rejected) as refused:
        item_ids(invoice(*lines).lines, rules(), "netsuite")

    assert refused.value.code == "items-not-mapped"
    assert refused.value.reason.count("prod-gpu") == 1
    assert '"Storage" (product prod-storage, line type usage)' in refused.value.reason
    assert '"Promotion" (no product, line type scheduled)' in refused.value.reason
    assert "API calls" not in refused.value.reason
    assert KEY in refused.value.reason


@pytest.mark.parametrize(
    ("one", "item"),
    [
        pytest.param(line(**UNMAPPED, **NETSUITES), "7", id="the product's at NetSuite"),
        pytest.param(
            line(**UNMAPPED, commit_netsuite_item_id="8"), "8", id="the commit's at NetSuite"
        ),
        pytest.param(line(**NETSUITES), "501", id="a custom field comes first"),
        pytest.param(application(-1, **NETSUITES), "8", id="an application uses the commit's"),
        pytest.param(
            application(-1, **UNMAPPED, netsuite_item_id="7"),
            "type-application",
            id="then its type's",
        ),
        pytest.param(
            line(**UNMAPPED, netsuite_item_id=" "), "type-usage", id="blank counts as missing"
        ),
    ],
)
def test_metronomes_own_fields_for_netsuite_are_read_if_the_setting_says_so(
    one: dict[str, Any], item: str
) -> None:
    given = rules(item_id_by_line_type=BY_TYPE, item_id_from_netsuite_fields=True)

    assert item_ids(invoice(line(), one).lines[1:], given, "netsuite") == [item]


def test_they_are_not_read_without_the_setting_or_for_another_provider() -> None:
    one = invoice(line(**UNMAPPED, **NETSUITES)).lines

    for given, destination in (
        (rules(), "netsuite"),
        (rules(item_id_from_netsuite_fields=True), "quickbooks_online"),
    ):
        with pytest.raises(Rejected) as refused:
            item_ids(one, given, destination)
        assert refused.value.code == "items-not-mapped"


def test_an_adjustment_is_named_after_its_credit_grant() -> None:
    adjustment = {"name": "Grant", "total": -500, "credit_type": invoice().tree["credit_type"]}
    granted = adjustment | {"credit_grant_custom_fields": {KEY: "66"}}

    assert item_ids(invoice(invoice_adjustments=[granted]).lines, rules(), "netsuite") == [
        "501",
        "66",
    ]
