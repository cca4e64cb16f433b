from invoice_operations.resolutions import ClosedBy, closed_by
from invoice_operations.selection import Selection
from tests.builders import failure, outcome
from tests.unit.operations.builders import in_errors, in_ledger
from tests.unit.operations.world import FakeInstallation


def test_the_ledger_says_who_closed_a_failure_and_why() -> None:
    at = outcome().settled_at
    by_kim = outcome(
        invoice_id="a", outcome="resolved", failure_id="f1", resolved_by="kim", reason="by hand"
    )
    view = FakeInstallation(
        [
            in_errors(0, failure(failure_id="f1", invoice_id="a", failed_at=at)),
            in_errors(1, failure(failure_id="f2", invoice_id="b", failed_at=at)),
            in_ledger(0, by_kim),
        ]
    ).view()

    assert closed_by(view, view.failures(Selection())) == {"f1": ClosedBy("kim", "by hand")}
