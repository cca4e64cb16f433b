"""docs/mapping.md compared with the code: every field of the records, and everything that a
provider is sent.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from invoice_providers.netsuite import payload as netsuite
from invoice_providers.quickbooks_online import payload as quickbooks_online
from invoice_providers.razorpay import payload as razorpay
from invoice_shared.invoice import FormattedInvoice, LineItem
from tests.builders import formatted_invoice

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text()
# Keys that only wrap a value.
STRUCTURE = {"id", "value", "items", "refName"}
OPTIONS = netsuite.Options(currency_ids={"USD": "1"}, custom_form={"id": "7"})
BODIES: dict[str, Any] = {
    "NetSuite": netsuite.build_body(formatted_invoice(), OPTIONS),
    "QuickBooks Online": quickbooks_online.build_body(formatted_invoice()),
    "Razorpay": razorpay.build_body(formatted_invoice()),
}


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def fields_of_table(title: str) -> set[str]:
    cells = re.findall(r"^\| ([^|]*) \|", section(title), re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def keys_of(body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        yield from body
    children: Iterable[Any] = (
        body.values() if isinstance(body, Mapping) else body if isinstance(body, list) else ()
    )
    for child in children:
        yield from keys_of(child)


def test_every_field_of_the_document_has_its_row() -> None:
    assert fields_of_table("The document") == set(FormattedInvoice.__struct_fields__)


def test_every_field_of_a_line_has_its_row() -> None:
    assert fields_of_table("A line") == set(LineItem.__struct_fields__)


@pytest.mark.parametrize("provider", BODIES)
def test_everything_that_a_provider_is_sent_is_on_the_page(provider: str) -> None:
    told = set(re.findall(r"`(\w+)`", section("The document") + section("A line")))

    assert set(keys_of(BODIES[provider])) - STRUCTURE - told == set()
