"""Whatever happens to an invoice after its document was created, the document stays known and a
failure stays open.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from invoice_operations.decide.decider import Person
from invoice_operations.reconcile.totals import Totals
from invoice_operations.resolve.resolution import Resolution
from invoice_operations.resolve.run import resolve
from invoice_operations.selection import Selection
from invoice_operations.status import status_of
from invoice_shared.failure import InvoiceFailure
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from tests.builders import INVOICE_ID, failure, outcome
from tests.unit.operations.builders import document_in_ledger, in_errors, in_ledger
from tests.unit.operations.reconcile.world import FakeMetronome, Walk, shown
from tests.unit.operations.world import FakeInstallation

T = outcome().settled_at
LATER = T + timedelta(hours=1)
RESOLVED = T + timedelta(hours=2)
DOCUMENT = outcome(stands=True)
UNMAPPED = failure(failed_at=LATER)
UNTOLD = failure(stage="writeback", code="writeback-refused", failure_id="e" * 64, failed_at=T)
OPEN = Selection(state="open")


@dataclass(frozen=True)
class After:
    """The records in the ledger and the errors topic after the document was created."""

    events: tuple[Outcome, ...]
    failures: tuple[InvoiceFailure, ...] = ()
    open_failure: str | None = None

    @property
    def records(self) -> list[Record]:
        """Return all records; the ledger was compacted, so only the newest event remains."""
        ledger = [document_in_ledger(0, DOCUMENT), in_ledger(len(self.events), self.events[-1])]
        return ledger + [in_errors(number, each) for number, each in enumerate(self.failures)]


def skipped(code: str) -> After:
    return After(
        (
            outcome(
                outcome="skipped",
                code=code,
                provider_document_id=None,
                total=None,
                settled_at=LATER,
            ),
        )
    )


SIGHTINGS = [
    pytest.param(skipped("not-finalized"), id="voided in Metronome, then replayed"),
    pytest.param(skipped("constituent-invoice"), id="USAGE_CONSOLIDATED switched on later"),
    pytest.param(skipped("type-not-configured"), id="the type taken out of the settings"),
    pytest.param(skipped("unbillable"), id="unbillable"),
    pytest.param(skipped("zero-total"), id="zero"),
    pytest.param(skipped("already-synced"), id="redelivered"),
    pytest.param(
        After(
            (
                outcome(
                    outcome="failed",
                    code=UNMAPPED.code,
                    failure_id=UNMAPPED.failure_id,
                    provider_document_id=None,
                    settled_at=LATER,
                ),
            ),
            (UNMAPPED,),
            UNMAPPED.failure_id,
        ),
        id="a field removed, and repeated",
    ),
    pytest.param(
        After(
            (
                outcome(stage="writeback", code=UNTOLD.code, failure_id=UNTOLD.failure_id),
                outcome(
                    outcome="resolved",
                    stage="writeback",
                    code=UNTOLD.code,
                    failure_id=UNTOLD.failure_id,
                    resolved_by="kim",
                    settled_at=RESOLVED,
                ),
            ),
            (UNTOLD,),
        ),
        id="write-back refused, then resolved",
    ),
]
sightings = pytest.mark.parametrize("after", SIGHTINGS)


@sightings
def test_status_names_the_document_and_the_open_failure(after: After) -> None:
    facts = status_of(INVOICE_ID, FakeInstallation(after.records)).facts

    assert facts["state"] == "created"
    assert facts["documents"] == ["netsuite 9001"]
    assert facts["open_failure"] == after.open_failure


@sightings
def test_reconcile_counts_the_document_whatever_happened_later(after: After) -> None:
    (finding,) = Walk(FakeMetronome(shown()), after.records).findings()
    totals = Totals()
    totals.add(finding)

    (row,) = totals.rows()

    assert (finding.state, finding.document_id) == ("created", "9001")
    assert (row["at the providers"], row["rightly not billed"], row["failed"]) == (
        Decimal("100.00"),
        0,
        0,
    )


@sightings
def test_reconcile_reports_an_invoice_voided_in_metronome_whatever_happened_later(
    after: After,
) -> None:
    (finding,) = Walk(FakeMetronome(shown(status="VOID")), after.records).findings()

    assert (finding.state, finding.needs_a_person) == ("voided-after-creation", True)


@sightings
def test_the_newest_event_decides_whether_a_failure_is_open_and_names_the_document(
    after: After,
) -> None:
    found = FakeInstallation(after.records).view().failures(OPEN)

    assert [case.failure_id for case in found] == [each for each in (after.open_failure,) if each]
    assert {case.documents for case in found} <= {"netsuite 9001"}


def test_resolving_the_failure_leaves_the_document_known() -> None:
    (after,) = (
        sighting.values[0]
        for sighting in SIGHTINGS
        if sighting.id == "a field removed, and repeated"
    )
    assert isinstance(after, After)
    installation = FakeInstallation(after.records)

    resolve(
        Resolution(UNMAPPED.failure_id, "the field is back"), installation, Person("kim", "cli")
    )

    known = installation.view().invoice(INVOICE_ID)
    assert known.documents == [DOCUMENT]
    assert known.newest is not None
    assert (known.newest.outcome, known.open_failure) == ("resolved", None)


def test_a_removed_document_is_shown_as_removed_and_nothing_is_created() -> None:
    gone = document_in_ledger(0, outcome(stands=False, account="1234567_SB1"))
    synced = outcome(outcome="skipped", code="already-synced", settled_at=LATER)

    facts = status_of(INVOICE_ID, FakeInstallation([gone, in_ledger(1, synced)])).facts

    assert facts["state"] == "skipped"
    assert facts["documents"] == ["netsuite 9001 in 1234567_SB1, which was removed there"]
