"""What must hold of the sets afterwards: accepted = created + failed + skipped, disjoint, each as
it should be.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from invoice_simulators.scenario import Created, End, Failed, Scenario, Skipped
from invoice_simulators.wire import dumps
from tests.chaos.people import People
from tests.chaos.world import World
from tests.e2e.books import (
    assert_archive_holds_each_failure_once,
    assert_documents_are_right,
    assert_metronome_was_told,
    brief,
    shown,
    sum_of_lines,
)
from tests.e2e.originals import bytes_of
from tests.support.topics import Seen

Entries = list[dict[str, Any]]

GIVEN_UP = "retries-exhausted"
CONFLICT = "conflicting-document"
UNTOLD = "writeback-refused"
# Answers that speak of the system, not of an invoice: nothing may be filed for them.
OUTAGES = (401, 403, 429, 503)


def untouched(scenario: Scenario, touched: set[str]) -> Scenario:
    """Leave out the invoices whose documents people have touched."""
    ends = {name: end for name, end in scenario.ends.items() if name not in touched}
    return replace(
        scenario, ends=ends, invoices=[each for each in scenario.invoices if each["id"] in ends]
    )


def assert_nothing_is_lost_or_wrong(world: World, scenario: Scenario) -> None:
    """While it was stormy, an invoice may have been given up, honestly.

    All else is as on a calm day.
    """
    ledger = ledger_of(world, scenario)
    documents = world.documents()
    assert ledger.keys() == scenario.ends.keys(), "accepted is not created + failed + skipped"
    lost_patience = given_up(ledger)
    assert_ends(ledger, scenario.ends, but=lost_patience)
    for name, document in documents.items():
        assert shown(document) == scenario.ends[name], name
        assert sum_of_lines(document) == abs(total_of(scenario.ends[name])), name
    created = {name for name, entries in ledger.items() if state(entries)["outcome"] == "created"}
    assert created <= documents.keys(), "in the ledger, not at the provider"
    assert documents.keys() - created <= lost_patience, "at the provider, not in the ledger"
    assert_documents_have_records(world, {name: documents[name] for name in created})
    assert_given_up_honestly(failures_of(world, scenario), lost_patience)
    assert_archive_holds_each_failure_once(world)


def assert_books_balance_exactly(world: World, scenario: Scenario) -> None:
    """After a calm replay nothing is given up any more: every invoice ended as it should, and
    Metronome knows.
    """
    assert_documents_are_right(world, scenario)
    ledger = ledger_of(world, scenario)
    assert ledger.keys() == scenario.ends.keys()
    assert_ends(ledger, scenario.ends, but=set())
    assert_documents_have_records(world, world.documents())
    assert_failed_invoices_were_filed(failures_of(world, scenario), scenario.ends)
    assert_archive_holds_each_failure_once(world)
    assert_metronome_was_told(world, scenario)


def assert_what_people_did_stands(world: World, people: People) -> None:
    """Nothing that people removed or edited was made twice, changed back, or told as a refusal."""
    standing: dict[str, list[Decimal]] = defaultdict(list)
    for document in world.all_documents():
        if document["state"] != "void":
            standing[document["external_id"]].append(Decimal(document["total"]))
    assert {name: standing[name] for name in people.edited} == {
        name: [total] for name, total in people.edited.items()
    }
    assert [name for name in people.removed if len(standing[name]) > 1] == [], (
        "removed, and now twice"
    )
    conflicts = {each["invoice_id"] for each in world.failures() if each["code"] == CONFLICT}
    assert conflicts <= people.touched, "a conflict about what nobody has touched"
    told = {
        each["invoice_id"]: each["external_status"] for each in world.outside.metronome.writebacks()
    }
    assert {told[name] for name in people.touched & told.keys()} <= {"FINALIZED"}


def assert_documents_have_records(world: World, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """The ledger has a record of its own for each document, which says that it stands."""
    records = {
        (record.json["invoice_id"], record.json["provider_document_id"]): record.json
        for record in world.topics.read("invoice-outcomes")
        if b"#document:" in (record.key or b"")
    }
    missing = [name for name, each in documents.items() if (name, each["id"]) not in records]
    assert missing == [], "documents without a record in the ledger"
    assert [
        name for name, each in documents.items() if records[name, each["id"]]["stands"] is False
    ] == []


def ledger_of(world: World, scenario: Scenario) -> dict[str, Entries]:
    """Return the events of a scenario's invoices; none is of an invoice that nobody sent."""
    touched = world.people.touched if world.people else set()
    ledger = world.ledger()
    assert ledger.keys() <= scenario.ends.keys() | touched, "in the ledger, and never sent"
    return {name: entries for name, entries in ledger.items() if name in scenario.ends}


def failures_of(world: World, scenario: Scenario) -> list[Any]:
    """Return the failures of a scenario's invoices, and those of none."""
    touched = world.people.touched if world.people else set()
    return [
        each
        for each in world.failures()
        if each["invoice_id"] not in touched - scenario.ends.keys()
    ]


def assert_ends(ledger: Mapping[str, Entries], ends: Mapping[str, End], *, but: set[str]) -> None:
    """Each invoice's state is the one that it should have."""
    wrong = [
        f"{name}: {' → '.join(brief(entry) for entry in entries)}; should be {ends[name]}"
        for name, entries in ledger.items()
        if name not in but and not is_as_expected(state(entries), ends[name])
    ]
    assert not wrong, "\n".join(wrong)


def assert_given_up_honestly(
    failures: Iterable[Mapping[str, Any]], lost_patience: set[str]
) -> None:
    """Given up is only what was tried again, in vain, for a reason other than an outage; and that
    it was is filed.
    """
    filed = [failure for failure in failures if failure["code"] in (GIVEN_UP, UNTOLD)]
    assert lost_patience <= {failure["invoice_id"] for failure in filed}
    unfair = [
        failure
        for failure in filed
        if failure["attempts"] < 2 or (failure["provider_response"] or {}).get("status") in OUTAGES
    ]
    assert [(failure["invoice_id"], failure["reason"]) for failure in unfair] == [], (
        "an outage was filed"
    )


def assert_failed_invoices_were_filed(
    failures: Iterable[Mapping[str, Any]], ends: Mapping[str, End]
) -> None:
    """Every invoice that should fail lies in ``invoice-errors`` as it should; none else but what
    was given up.
    """
    filed = {
        (each["invoice_id"], each["stage"], each["code"])
        for each in failures
        if each["stage"] != "webhook"
    }
    expected = {
        (name, end.stage, end.code) for name, end in ends.items() if isinstance(end, Failed)
    }
    assert expected <= filed
    assert {code for _, _, code in filed - expected} <= {GIVEN_UP, UNTOLD}


def assert_unusable_events_were_filed(
    failures: Iterable[Mapping[str, Any]], events: Sequence[Mapping[str, Any]]
) -> None:
    """Every accepted event that nobody can use is filed, under one id however often it was
    delivered.
    """
    ids: dict[bytes | None, set[str]] = defaultdict(set)
    for failure in failures:
        if failure["stage"] == "webhook":
            ids[bytes_of(failure["original"], "value")].add(failure["failure_id"])
    assert ids.keys() == {dumps(event) for event in events}
    assert {len(each) for each in ids.values()} == {1}


def assert_replayed_byte_for_byte(raw: Iterable[Seen], replays: int) -> None:
    """Each first record lies in its topic once more for each replay: same partition, key and value,
    another mark.
    """
    everything = list(raw)
    marks = {record.headers["replay-id"] for record in everything if "replay-id" in record.headers}
    originals = Counter(
        place_and_bytes(each) for each in everything if "replay-id" not in each.headers
    )
    assert len(marks) == replays
    for mark in marks:
        assert (
            Counter(place_and_bytes(e) for e in everything if e.headers.get("replay-id") == mark)
            == originals
        )


def given_up(ledger: Mapping[str, Entries]) -> set[str]:
    """Give the invoices on which the creator has lost patience."""
    return {name for name, entries in ledger.items() if state(entries)["code"] == GIVEN_UP}


def place_and_bytes(record: Seen) -> tuple[int, bytes | None, bytes | None]:
    return record.partition, record.key, record.value


def state(entries: Entries) -> dict[str, Any]:
    """Give the entry that is an invoice's state: the newest that is news.

    A repeated delivery of an invoice that was created ends as the skip ``already-synced``: true,
    and no news. So it is where what came in between is only that the creator gave up to look for
    the document again.
    """
    known = entries[0]
    documents = {
        entry["provider_document_id"] for entry in entries if entry["outcome"] == "created"
    }
    for entry in entries[1:]:
        if entry["code"] != "already-synced" or entry["provider_document_id"] not in documents:
            known = entry
        elif known["outcome"] != "created":
            known = next(each for each in reversed(entries) if each["outcome"] == "created")
    return known


def is_as_expected(entry: Mapping[str, Any], end: End) -> bool:
    """Tell whether a state is the one that a scenario foretells."""
    match end:
        case Skipped():
            return (entry["outcome"], entry["code"]) == ("skipped", end.reason)
        case Failed():
            return (entry["outcome"], entry["stage"], entry["code"]) == (
                "failed",
                end.stage,
                end.code,
            )
        case Created():
            return bool(entry["outcome"] == "created")


def total_of(end: End) -> Any:
    assert isinstance(end, Created)
    return end.total
