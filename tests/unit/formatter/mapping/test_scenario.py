"""The mapping on a whole month of every kind of invoice: each ends as the scenario expects."""

from typing import Any

import pytest

from invoice_formatter.mapping.document import Mapped, map_billing
from invoice_formatter.mapping.hierarchy.billing import billing_of
from invoice_formatter.mapping.hierarchy.steps import Step, run
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared import serde
from invoice_shared.errors import Rejected
from invoice_shared.metronome import questions
from invoice_simulators.scenario import Created, End, Failed, Scenario, Skipped, scenario
from invoice_simulators.wire import dumps

RULES = MappingRules(
    metronome_billing_provider_customer_id="billing_customer_id",
    metronome_billing_provider_destination="billing_destination",
    metronome_billing_provider_item_id="billing_item_id",
)


def mapped_end(invoice: dict[str, Any], month: Scenario) -> End:
    """Return how the formatter ends it; an invoice that is sent on counts as created."""
    contracts = {
        questions.contract(one["customer_id"], one["id"]): {"data": one} for one in month.contracts
    }

    def told(step: Step[Any]) -> Any:
        return step.read(contracts[step.question])

    parsed = parse_invoice(serde.loads(dumps({"data": invoice})))
    try:
        mapped = map_billing(run(billing_of(parsed, RULES), told), RULES)
    except Rejected as refused:
        return Failed("formatter", refused.code)
    if not isinstance(mapped, Mapped):
        return Skipped(mapped.code)
    document = mapped.document
    return Created(document.document_type, document.currency, document.total)


@pytest.mark.parametrize(
    "destinations", [("netsuite",), ("netsuite", "quickbooks_online", "razorpay")]
)
def test_each_invoice_of_a_month_is_mapped_or_refused_as_expected(
    destinations: tuple[str, ...],
) -> None:
    month = scenario(400, destinations=destinations)
    known = {invoice["id"]: mapped_end(invoice, month) for invoice in month.invoices}

    expected = {
        name: end
        for name, end in month.ends.items()
        if not isinstance(end, Failed) or end.stage == "formatter"
    }

    assert {name: known[name] for name in expected if name in known} == {
        name: end for name, end in expected.items() if name in known
    }
