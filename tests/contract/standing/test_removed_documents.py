"""What becomes of an invoice whose document was removed: each row of the runbook's tables is
executed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from invoice_shared import serde
from invoice_shared.failure import InvoiceFailure
from invoice_shared.headers import REPLAY_FORCE, REPLAY_ID, REQUEST_GENERATION
from invoice_shared.record import Headers
from invoice_simulators.wire import ApiError
from tests.contract.standing.connector import FORMATTED, LEDGER, RAW, Connector
from tests.contract.standing.invoices import Invoice
from tests.contract.standing.systems import Document

RUNBOOK = (Path(__file__).parents[3] / "docs" / "runbook.md").read_text()
TITLES = {"NetSuite": "netsuite", "QuickBooks Online": "quickbooks_online", "Razorpay": "razorpay"}
NOTHING = "nothing is created"
CREATED = "another is created"
REFUSED = "`conflicting-document`"
MAY_EXIST = "`retries-exhausted`, may exist"
UNTIL = f"{REFUSED} until the (?P<what>[a-z ]+) is cleared"


@dataclass(frozen=True)
class Removal:
    """How a person removes a document, in which kind of account, and what is forgotten over
    time.
    """

    deed: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    forgets: tuple[bool, ...] = (False,)


REMOVALS = {
    "voided: it stays, with zero amounts and its external id": Removal("void"),
    "deleted, and its external id is free": Removal("delete"),
    "deleted, and the account keeps its external id taken": Removal(
        "delete", {"deleted_keep_external_ids": True}
    ),
    "voided, and the company warns of duplicate numbers": Removal("void", forgets=(False, True)),
    "voided, and it does not warn": Removal(
        "void", {"warn_duplicate_numbers": False}, (False, True)
    ),
    "deleted, and the request id is known": Removal("delete"),
    "deleted, and the request id is forgotten": Removal("delete", forgets=(True,)),
    "cancelled: it stays, and nobody can pay it": Removal("void"),
    "expired: it stays, and counts as created": Removal("expire"),
}


@dataclass(frozen=True)
class Row:
    """One row of the runbook."""

    destination: str
    removed: str
    repeat: str
    force: str

    def __str__(self) -> str:
        return f"{self.destination}-{self.removed}"


def rows() -> list[Row]:
    """Read the runbook's tables."""
    section = RUNBOOK.split("\n## Documents that were removed\n")[1].split("\n## ")[0]
    tables = re.split(r"^### (.*)$", section, flags=re.MULTILINE)[1:]
    found = []
    for title, table in zip(tables[::2], tables[1::2], strict=True):
        cells = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)[1:]
        found += [Row(TITLES[title], *each) for each in cells]
    return found


ROWS = rows()
RUNS = [(row, forgets) for row in ROWS for forgets in REMOVALS[row.removed].forgets]


def named(value: Row | bool) -> str:
    return str(value) if isinstance(value, Row) else ("forgotten" if value else "known")


class Case:
    """An invoice whose document was created, reported and then removed."""

    def __init__(self, connector: Connector, row: Row, *, forgets: bool = False) -> None:
        self.connector = connector
        self.systems = connector.systems
        simulator = self.systems.providers[row.destination]
        removal = REMOVALS[row.removed]
        simulator.configure(removal.settings)
        self.people = simulator.people
        self.invoice = Invoice(self.systems)
        self.invoice.finalize(row.destination)
        connector.deliver(self.invoice.invoice_id, self.invoice.customer_id)
        (self.first,) = self.systems.documents()
        assert self.told == ("FINALIZED", self.first.document_id)
        getattr(self.people, removal.deed)(self.first.document_id)
        if forgets:
            self.people.forget_request_ids()

    @property
    def told(self) -> tuple[str, str]:
        external = self.invoice.external
        return external["external_status"], external["invoice_id"]

    def again(self, topic: str, change: Callable[[Headers], Headers]) -> None:
        self.connector.again(topic, self.invoice.invoice_id, change)

    def standing(self) -> list[Document]:
        return [each for each in self.systems.documents() if each.stands]

    def assert_ended(self, expected: str) -> None:
        """Assert that the newest record ended as a cell of the table says."""
        if expected == CREATED:
            (another,) = self.standing()
            assert another.document_id != self.first.document_id
            assert self.connector.failures() == []
            return
        assert self.standing() == []
        assert self.told == ("FINALIZED", self.first.document_id)
        if expected == NOTHING:
            assert self.connector.failures() == []
            return
        (failure,) = self.connector.failures()
        CHECKS[re.sub(UNTIL, REFUSED, expected)](self, failure)
        if until := re.fullmatch(UNTIL, expected):
            assert f"first clear its {until['what']}" in failure.reason

    def assert_conflict(self, failure: InvoiceFailure) -> None:
        assert failure.code == "conflicting-document"
        assert f"Document {self.first.document_id} of this invoice was " in failure.reason
        assert "--force" in failure.reason
        assert self.ledger_of_first()["stands"] is False

    def assert_may_exist(self, failure: InvoiceFailure) -> None:
        assert failure.code == "retries-exhausted"
        assert "may exist" in failure.reason

    def ledger_of_first(self) -> dict[str, Any]:
        key = (
            f"{self.invoice.invoice_id}#document:{self.first.destination}:{self.first.document_id}"
        )
        held = [
            record for record in self.connector.topics.read(LEDGER) if record.key == key.encode()
        ]
        tree: dict[str, Any] = serde.loads(held[-1].value or b"")
        return tree


CHECKS = {REFUSED: Case.assert_conflict, MAY_EXIST: Case.assert_may_exist}


def replayed(headers: Headers) -> Headers:
    return (*headers, (REPLAY_ID, b"replay-1"))


def forced(headers: Headers) -> Headers:
    return (*replayed(headers), (REPLAY_FORCE, b"1"))


def forced_again(headers: Headers) -> Headers:
    return (*forced(headers), (REQUEST_GENERATION, b"replay-1"))


def as_it_was(headers: Headers) -> Headers:
    return headers


def test_each_way_to_remove_a_document_is_in_the_runbook() -> None:
    assert [row.removed for row in ROWS] == list(REMOVALS)


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("change", [as_it_was, replayed])
def test_a_record_that_starts_over_is_skipped(
    connector: Connector, row: Row, change: Callable[[Headers], Headers]
) -> None:
    case = Case(connector, row)

    case.again(RAW, change)

    assert case.standing() == []
    assert connector.failures() == []
    assert case.told == ("FINALIZED", case.first.document_id)


@pytest.mark.parametrize(("row", "forgets"), RUNS, ids=named)
def test_a_redelivered_formatted_record_ends_as_its_row_says(
    connector: Connector, row: Row, forgets: bool
) -> None:
    case = Case(connector, row, forgets=forgets)

    case.again(FORMATTED, as_it_was)

    case.assert_ended(row.repeat)


@pytest.mark.parametrize(("row", "forgets"), RUNS, ids=named)
@pytest.mark.parametrize("change", [forced, forced_again])
@pytest.mark.parametrize("topic", [RAW, FORMATTED])
def test_a_forced_replay_ends_as_its_row_says(
    connector: Connector, row: Row, forgets: bool, topic: str, change: Callable[[Headers], Headers]
) -> None:
    case = Case(connector, row, forgets=forgets)

    case.again(topic, change)

    case.assert_ended(row.force)
    if row.force == CREATED:
        assert case.told == ("FINALIZED", case.standing()[0].document_id)


@pytest.mark.parametrize(
    ("row", "forgets"), [run for run in RUNS if run[0].force == CREATED], ids=named
)
def test_a_document_created_again_is_never_duplicated(
    connector: Connector, row: Row, forgets: bool
) -> None:
    case = Case(connector, row, forgets=forgets)

    for topic in (FORMATTED, FORMATTED, RAW, FORMATTED):
        case.again(topic, forced)

    assert len(case.standing()) == 1
    assert case.told == ("FINALIZED", case.standing()[0].document_id)


@pytest.mark.parametrize("row", [row for row in ROWS if re.fullmatch(UNTIL, row.force)], ids=str)
def test_a_forced_replay_creates_another_once_the_id_is_cleared(
    connector: Connector, row: Row
) -> None:
    case = Case(connector, row)
    fields = {"external id": "external_id", "document number": "number"}
    until = re.fullmatch(UNTIL, row.force)
    assert until is not None

    case.people.edit(case.first.document_id, **{fields[until["what"]]: None})
    case.again(RAW, forced)

    case.assert_ended(CREATED)
    assert case.told == ("FINALIZED", case.standing()[0].document_id)


def test_an_issued_invoice_cannot_be_deleted_at_razorpay(connector: Connector) -> None:
    with pytest.raises(ApiError):
        Case(connector, Row("razorpay", "deleted, and its external id is free", "", ""))
