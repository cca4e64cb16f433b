"""What the ledger says about a settled task."""

from decimal import Decimal

from invoice_creator.kafka.tasks import ALL_PHASES
from invoice_creator.outcomes import documents_of, event_of
from invoice_creator.scheduling.task import Skip, Task
from invoice_providers.base import Found
from invoice_shared.errors import Rejected
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import About, failure_of
from invoice_shared.outcome import Outcome
from tests.builders import INVOICE_ID, formatted_invoice, record
from tests.fakes import START


def task() -> Task:
    return Task(record(topic="formatted-invoices"), formatted_invoice(), ALL_PHASES)


def failure(code: str = "provider-rejected") -> InvoiceFailure:
    error = Rejected(code, "No.")  # type: ignore[arg-type]
    about = About(INVOICE_ID, None, "netsuite")
    return failure_of(record(), stage="creator", error=error, attempts=1, now=START, about=about)


def event(settled: Task, failed: InvoiceFailure | None = None) -> Outcome:
    known = event_of(settled, failed, "account-1", START)
    assert known is not None
    return known


def documents(settled: Task) -> dict[str | None, Outcome]:
    return {each.provider_document_id: each for each in documents_of(settled, "account-1", START)}


def test_a_failure_says_whether_a_document_may_exist() -> None:
    doubtful = task()
    refused = task()
    doubtful.may_exist = True

    assert event(doubtful, failure("retries-exhausted")).may_exist is True
    assert event(refused, failure()).may_exist is False
    assert documents(doubtful) == {}


def test_the_account_is_named_so_that_a_sandbox_is_not_taken_for_production() -> None:
    created = task()
    created.created = Found("7")

    assert event(created).account == "account-1"
    assert documents(created)["7"].account == "account-1"


def test_a_skip_is_the_newest_event_and_no_document() -> None:
    skipped = task()
    skipped.skip = Skip("resolved-by-hand", "Resolved by ada.")

    said = event(skipped)

    assert (said.outcome, said.code, said.reason) == (
        "skipped",
        "resolved-by-hand",
        "Resolved by ada.",
    )
    assert documents(skipped) == {}


def test_a_document_unknown_to_metronome_is_an_open_failure_and_a_standing_document() -> None:
    untold = task()
    untold.created = Found("7")

    said = event(untold, failure("writeback-refused"))

    assert (said.outcome, said.code, said.provider_document_id) == (
        "created",
        "writeback-refused",
        "7",
    )
    assert (documents(untold)["7"].failure_id, documents(untold)["7"].stands) == (None, True)


def test_each_removed_document_is_recorded_beside_the_one_that_stands() -> None:
    again = task()
    again.created = Found("8", INVOICE_ID)
    again.seen = (
        Found("7", INVOICE_ID, Decimal(0), state="void"),
        Found("6", "another invoice", state="void"),
    )

    known = documents(again)

    assert {name: each.stands for name, each in known.items()} == {"8": True, "7": False}
    assert known["7"].total == Decimal("100.00")


def test_a_document_created_with_another_total_is_recorded_with_its_own() -> None:
    memo = Task(record(), formatted_invoice(document_type="credit_memo"), ALL_PHASES)
    memo.seen = (Found("7", INVOICE_ID, Decimal("99.00"), state="open"),)

    assert documents(memo)["7"].total == Decimal("-99.00")


def test_only_the_failure_is_known_of_an_unreadable_record() -> None:
    unread = Task(record(), None, ("publish",))

    assert event(unread, failure()).outcome == "failed"
    assert event_of(unread, None, None, START) is None
    assert list(documents_of(unread, None, START)) == []
