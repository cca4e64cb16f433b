"""Finding the invoice to preview: its customer in the topics, and its answer at Metronome or in a
file.
"""

from typing import Any

import pytest

from invoice_formatter.settings import FormatterSettings
from invoice_operations.errors import InvalidRequest
from invoice_operations.preview.run import preview_content, preview_invoice
from invoice_operations.settings import MappingSettings
from invoice_shared.errors import Rejected
from invoice_shared.record import Record
from invoice_shared.serde import dumps
from tests.builders import CUSTOMER_ID, INVOICE_ID, outcome, raw_invoice
from tests.unit.formatter.builders import rules, tree
from tests.unit.operations.builders import in_ledger, record_in
from tests.unit.operations.world import FakeInstallation

RULES = {name: value for name, value in rules() if value is not None}
BLOCKS: dict[type[Any], Any] = {
    FormatterSettings: FormatterSettings.model_validate(RULES | {"metronome_api_key": "key"}),
    MappingSettings: MappingSettings.model_validate(RULES),
}


def installation(*records: Record) -> FakeInstallation:
    return FakeInstallation(
        list(records), blocks=BLOCKS, answers={(CUSTOMER_ID, INVOICE_ID): {"data": tree()}}
    )


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([record_in("raw-invoices", 0, raw_invoice(), INVOICE_ID)], id="received"),
        pytest.param(
            [record_in("raw-invoices", 0, b"?", INVOICE_ID), in_ledger(0, outcome())], id="settled"
        ),
    ],
)
def test_the_customer_is_found_in_the_topics(records: list[Record]) -> None:
    assert (
        preview_invoice(INVOICE_ID, None, installation(*records), force=False).result == "created"
    )


def test_a_given_customer_need_not_be_known() -> None:
    assert preview_invoice(INVOICE_ID, CUSTOMER_ID, installation(), force=False).result == "created"


def test_an_invoice_in_no_topic_needs_a_customer() -> None:
    with pytest.raises(InvalidRequest, match="--customer-id"):
        preview_invoice(INVOICE_ID, None, installation(), force=False)


def test_an_invoice_that_metronome_does_not_know_is_reported() -> None:
    with pytest.raises(Rejected, match="does not know"):
        preview_invoice("another", CUSTOMER_ID, installation(), force=False)


def test_the_content_of_a_file_is_previewed_without_any_call() -> None:
    assert preview_content(dumps(tree()), installation().settings, force=False).result == "created"


def test_an_invoice_of_a_hierarchy_in_a_file_is_requested_by_its_id() -> None:
    content = dumps(tree(payer={"customer_id": "parent"}, contract_id="contract"))

    with pytest.raises(InvalidRequest, match="preview it by its id"):
        preview_content(content, installation().settings, force=False)


def test_content_that_is_not_json_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="not JSON"):
        preview_content(b"\xff", installation().settings, force=False)
