"""Check that invoices skipped as parts of consolidated ones are named by one.

This is only known once all invoices were read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from invoice_operations.reconcile.comparison import CONSTITUENT, compare
from invoice_operations.reconcile.evidence import Evidence
from invoice_operations.reconcile.finding import Finding
from invoice_operations.reconcile.listed import ListedInvoice

UNLISTED = "The consolidated invoice that names it may be one of those that could not be listed."


@dataclass(slots=True)
class Constituents:
    """Keeps the skipped invoices until all invoices were read."""

    _named: set[str] = field(default_factory=set)
    _skipped: list[tuple[ListedInvoice, Evidence]] = field(default_factory=list)

    def note(self, named: Iterable[str]) -> None:
        """Remember invoices that a consolidated one names."""
        self._named.update(named)

    def holds_back(self, listed: ListedInvoice, evidence: Evidence) -> bool:
        """Whether the judgement must wait; if so, keep the invoice."""
        if evidence.standing or not evidence.is_skipped_as(CONSTITUENT):
            return False
        self._skipped.append((listed, evidence))
        return True

    def findings(self, *, is_complete: bool) -> Iterator[Finding]:
        """Judge the kept invoices. If a list was missing, an unnamed one is unknown."""
        for listed, evidence in self._skipped:
            is_named = listed.id in self._named
            unasked = evidence.unasked if is_named or is_complete else (*evidence.unasked, UNLISTED)
            finding = compare(listed, replace(evidence, is_named=is_named, unasked=unasked))
            if finding is not None:
                yield finding
