"""Account hierarchies at Metronome in memory, and a client that asks about them."""

from collections.abc import Mapping, Sequence
from typing import Any

from invoice_formatter.mapping.hierarchy.billing import Billing, billing_of
from invoice_formatter.mapping.hierarchy.steps import Step, Steps, run
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.errors import Rejected
from invoice_shared.metronome import questions
from invoice_shared.metronome.questions import Question
from tests.builders import CUSTOMER_ID, INVOICE_ID

CONTRACT = "contract-own"
PARENT = {"customer_id": "parent", "contract_id": "contract-parent"}
OWN = {"customer_id": CUSTOMER_ID, "contract_id": CONTRACT}
CONSOLIDATING = ["USAGE", "SCHEDULED", "USAGE_CONSOLIDATED"]
PARENT_FIELDS = {"netsuite_customer_id": "9000", "billing_destination": "quickbooks_online"}


def parent(consolidation: str | None = "CONCATENATE") -> dict[str, Any]:
    """Return the configuration of a parent."""
    behavior = (
        {"parent_behavior": {"invoice_consolidation_type": consolidation}} if consolidation else {}
    )
    return {"children": [{"customer_id": "child", "contract_id": "contract-child"}], **behavior}


def child(payer: str | None, statements: str | None = None) -> dict[str, Any]:
    """Return the configuration of a child."""
    values = {"payer": payer, "usage_statement_behavior": statements}
    return {"parent": PARENT, **{name: value for name, value in values.items() if value}}


def consolidated(*constituents: str, **changes: Any) -> dict[str, Any]:
    """Return a consolidated invoice that names its constituents."""
    named = [
        {"invoice_id": each, "customer_id": "any", "contract_id": "any"} for each in constituents
    ]
    return {"id": "consolidated-1", "status": "FINALIZED", "constituent_invoices": named} | changes


class FakeAccounts:
    """Holds Metronome's answers to certain questions, and refuses anything else. ``asked`` are the
    paths, in order.
    """

    def __init__(self, hierarchy: Any = None, listed: Sequence[Mapping[str, Any]] = ()) -> None:
        self.asked: list[str] = []
        self.answers: dict[Question, Any] = {
            questions.contract(CUSTOMER_ID, CONTRACT): {
                "data": {"hierarchy_configuration": hierarchy}
            },
            questions.customer("parent"): {
                "data": {"id": "parent", "custom_fields": PARENT_FIELDS}
            },
            questions.consolidated_invoices("parent"): {"data": list(listed), "next_page": None},
            questions.consolidated_invoices(CUSTOMER_ID): {"data": list(listed), "next_page": None},
        }

    def ask(self, question: Question) -> Any:
        """Answer at once. Raises ``Rejected``."""
        self.asked.append(question.path.partition("?")[0])
        if question not in self.answers:
            raise Rejected("payer-not-decided", f"Nothing is known of {question}.")
        return self.answers[question]

    async def ask_later(self, question: Question) -> Any:
        """Answer as the formatter's client does."""
        return self.ask(question)

    async def run(self, steps: Steps[Billing], _invoice_id: str) -> Billing:
        """Answer steps without waiting."""
        return run(steps, self._told)

    def billing(self, invoice: MetronomeInvoice, rules: MappingRules) -> Billing:
        """Decide who is billed for an invoice."""
        return run(billing_of(invoice, rules), self._told)

    def _told(self, step: Step[Any]) -> Any:
        return step.read(self.ask(step.question))


LISTED = [consolidated("another", id="consolidated-0"), consolidated(INVOICE_ID)]
