"""The demo's comparison of the sums.

Compares what Metronome billed with what is in NetSuite and in the failures. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from invoice_shared.outcome import Outcome

CENT = Decimal("0.01")
CENTS_CREDIT_TYPE = "USD (cents)"


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one currency, in major units. ``difference`` must be zero."""

    currency: str
    finalized: Decimal
    skipped: Decimal
    in_netsuite: Decimal
    in_failures: Decimal

    @property
    def difference(self) -> Decimal:
        """Return what Metronome billed, minus what is found in NetSuite, skipped or failed."""
        return self.finalized - self.skipped - self.in_netsuite - self.in_failures


@dataclass(frozen=True, slots=True)
class Report:
    """The result of the comparison; ``problems`` is empty if every check passed."""

    sums: list[Sums]
    outcomes: Counter[tuple[str, str]]
    documents: int
    problems: list[str]

    def document(self) -> dict[str, Any]:
        """Return the report as a JSON tree."""
        ends = [
            {"end": end, "reason": code, "invoices": count}
            for (end, code), count in sorted(self.outcomes.items())
        ]
        sums = [asdict(each) | {"difference": each.difference} for each in self.sums]
        return {"ends": ends, "sums": sums, "documents": self.documents, "problems": self.problems}


def report(
    invoices: Iterable[Mapping[str, Any]],
    accepted: set[str],
    outcomes: Mapping[str, Outcome],
    documents: list[dict[str, Any]],
) -> Report:
    """Compare the ``accepted`` invoices of Metronome with the ledger and NetSuite."""
    billed = [invoice for invoice in invoices if invoice["id"] in accepted]
    currencies = sorted({_currency(invoice) for invoice in billed})
    sums = [_sums(currency, billed, outcomes, documents) for currency in currencies]
    counted: Counter[tuple[str, str]] = Counter(
        (outcome.outcome, outcome.code or "") for outcome in outcomes.values()
    )
    return Report(sums, counted, len(documents), _problems(sums, accepted, outcomes, documents))


def _problems(
    sums: list[Sums],
    accepted: set[str],
    outcomes: Mapping[str, Outcome],
    documents: list[dict[str, Any]],
) -> list[str]:
    held = Counter(document["external_id"] for document in documents)
    created = {
        invoice_id for invoice_id, outcome in outcomes.items() if outcome.outcome == "created"
    }
    found = {
        "accepted, but without an outcome": accepted - outcomes.keys(),
        "created by the ledger, but not in NetSuite": created - held.keys(),
        "in NetSuite, but not created by the ledger": held.keys() - created,
        "twice in NetSuite": {invoice_id for invoice_id, count in held.items() if count > 1},
        "currencies that do not add up": {each.currency for each in sums if each.difference},
    }
    return [
        f"{len(ids)} {what}: {', '.join(sorted(ids)[:3])}" for what, ids in found.items() if ids
    ]


def _sums(
    currency: str,
    billed: list[Mapping[str, Any]],
    outcomes: Mapping[str, Outcome],
    documents: list[dict[str, Any]],
) -> Sums:
    by_outcome: dict[str, Decimal] = {}
    for invoice in billed:
        if _currency(invoice) == currency:
            end = outcomes[invoice["id"]].outcome if invoice["id"] in outcomes else "lost"
            by_outcome[end] = by_outcome.get(end, Decimal(0)) + _major(invoice)
    in_netsuite = sum(
        (_signed(document) for document in documents if document["currency"] == currency),
        Decimal(0),
    )
    zero = Decimal(0)
    return Sums(
        currency,
        finalized=sum(by_outcome.values(), zero),
        skipped=by_outcome.get("skipped", zero),
        in_netsuite=in_netsuite,
        in_failures=by_outcome.get("failed", zero),
    )


def _currency(invoice: Mapping[str, Any]) -> str:
    name: str = invoice["credit_type"]["name"]
    return "USD" if name == CENTS_CREDIT_TYPE else name


def _major(invoice: Mapping[str, Any]) -> Decimal:
    scale = 100 if invoice["credit_type"]["name"] == CENTS_CREDIT_TYPE else 1
    return (Decimal(invoice["total"]) / scale).quantize(CENT, ROUND_HALF_EVEN)


def _signed(document: Mapping[str, Any]) -> Decimal:
    total = Decimal(document["total"])
    return -total if document["document_type"] == "credit_memo" else total
