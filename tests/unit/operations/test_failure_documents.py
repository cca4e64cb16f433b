from invoice_operations.failure_documents import COLUMNS, documents
from invoice_operations.selection import Selection
from invoice_shared.failure import InvoiceFailure
from tests.builders import failure, outcome
from tests.unit.operations.builders import in_errors, in_ledger
from tests.unit.operations.world import FakeInstallation

OPEN = Selection(state="open")


def test_a_failure_shows_its_whole_record_with_its_place_state_and_money() -> None:
    filed = failure(failure_id="f1", failed_at=outcome().settled_at)
    here = FakeInstallation(
        [in_errors(7, filed), in_ledger(0, outcome(outcome="failed", failure_id="f1"))]
    )

    (document,) = documents(here.reader(), here.view().failures(OPEN))

    assert {name: document[name] for name in filed.model_dump(mode="json")} == filed.model_dump(
        mode="json"
    )
    assert (document["topic"], document["partition"], document["offset"]) == (
        "invoice-errors",
        0,
        7,
    )
    assert (document["state"], str(document["total"]), document["currency"]) == (
        "open",
        "100.00",
        "USD",
    )


def test_a_failure_that_only_the_ledger_has_shows_every_field_too() -> None:
    remembered = outcome(outcome="failed", failure_id="f9", code="too-many-lines")
    here = FakeInstallation([in_ledger(0, remembered)])

    (document,) = documents(here.reader(), here.view().failures(OPEN))

    assert document.keys() == {*InvoiceFailure.model_fields, *COLUMNS}
    assert (document["failure_id"], document["code"], document["original"]) == (
        "f9",
        "too-many-lines",
        None,
    )
