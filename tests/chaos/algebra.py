"""What must hold of the sets afterwards: accepted = created + failed + skipped, disjoint, each
entry as expected.
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
    assert_metronome_has_reports,
    brief,
    shown,
    sum_of_lines,
)
from tests.e2e.originals import bytes_of
from tests.support.topics import Seen

Entries = list[dict[str, Any]]

GIVEN_UP = "retries-exhausted"
CONFLICT = "conflicting-document"
WRITEBACK_REFUSED = "writeback-refused"
# Answers about the system and not about an invoice: nothing may be filed because of them.
OUTAGES = (401, 403, 429, 503)


def untouched(scenario: Scenario, touched: set[str]) -> Scenario:
    """Return the scenario without the invoices whose documents people have touched."""
    ends = {name: end for name, end in scenario.ends.items() if name not in touched}
    return replace(
        scenario, ends=ends, invoices=[each for each in scenario.invoices if each["id"] in ends]
    )


def assert_nothing_is_lost_or_wrong(world: World, scenario: Scenario) -> None:
    """Assert that each invoice ended as on a calm day, or was rightly given up."""
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
    """Assert that after a calm replay nothing is given up any more: every invoice ended as it
    should, and Metronome knows.
    """
    assert_documents_are_right(world, scenario)
    ledger = ledger_of(world, scenario)
    assert ledger.keys() == scenario.ends.keys()
    assert_ends(ledger, scenario.ends, but=set())
    assert_documents_have_records(world, world.documents())
    assert_failed_invoices_were_filed(failures_of(world, scenario), scenario.ends)
    assert_archive_holds_each_failure_once(world)
    assert_metronome_has_reports(world, scenario)


def assert_what_people_did_stands(world: World, people: People) -> None:
    """Assert that nothing that people removed or edited was created twice, changed back, or
    reported as a refusal.
    """
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
    assert conflicts <= people.touched, "a conflict about an untouched document"
    told = {
        each["invoice_id"]: each["external_status"] for each in world.outside.metronome.writebacks()
    }
    assert {told[name] for name in people.touched & told.keys()} <= {"FINALIZED"}


def assert_documents_have_records(world: World, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Assert that the ledger has a record for each document, which says that it stands."""
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
    """Return the events of a scenario's invoices; assert that none is of an invoice that was never
    sent.
    """
    touched = world.people.touched if world.people else set()
    ledger = world.ledger()
    assert ledger.keys() <= scenario.ends.keys() | touched, "in the ledger, and never sent"
    return {name: entries for name, entries in ledger.items() if name in scenario.ends}


def failures_of(world: World, scenario: Scenario) -> list[Any]:
    """Return the failures of a scenario's invoices, and those without an invoice."""
    touched = world.people.touched if world.people else set()
    return [
        each
        for each in world.failures()
        if each["invoice_id"] not in touched - scenario.ends.keys()
    ]


def assert_ends(ledger: Mapping[str, Entries], ends: Mapping[str, End], *, but: set[str]) -> None:
    """Assert that each invoice is in its expected state."""
    wrong = [
        f"{name}: {' → '.join(brief(entry) for entry in entries)}; should be {ends[name]}"
        for name, entries in ledger.items()
        if name not in but and not is_as_expected(state(entries), ends[name])
    ]
    assert not wrong, "\n".join(wrong)


def assert_given_up_honestly(
    failures: Iterable[Mapping[str, Any]], lost_patience: set[str]
) -> None:
    """Assert that only invoices that were tried again without success, for a reason other than an
    outage, were given up, and that each was filed.
    """
    filed = [failure for failure in failures if failure["code"] in (GIVEN_UP, WRITEBACK_REFUSED)]
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
    """Assert that ``invoice-errors`` holds every invoice that should fail, as it should, and
    otherwise only those that were given up.
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
    assert {code for _, _, code in filed - expected} <= {GIVEN_UP, WRITEBACK_REFUSED}


def assert_unusable_events_were_filed(
    failures: Iterable[Mapping[str, Any]], events: Sequence[Mapping[str, Any]]
) -> None:
    """Assert that every accepted but unusable event is filed, under one id however often it was
    delivered.
    """
    ids: dict[bytes | None, set[str]] = defaultdict(set)
    for failure in failures:
        if failure["stage"] == "webhook":
            ids[bytes_of(failure["original"], "value")].add(failure["failure_id"])
    assert ids.keys() == {dumps(event) for event in events}
    assert {len(each) for each in ids.values()} == {1}


def assert_replayed_byte_for_byte(raw: Iterable[Seen], replays: int) -> None:
    """Assert that each first record is in its topic once more per replay, with the same partition,
    key and value and another mark.
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
    """Return the invoices on which the creator ran out of patience."""
    return {name for name, entries in ledger.items() if state(entries)["code"] == GIVEN_UP}


def place_and_bytes(record: Seen) -> tuple[int, bytes | None, bytes | None]:
    return record.partition, record.key, record.value


def state(entries: Entries) -> dict[str, Any]:
    """Return the entry that is an invoice's state: the newest one that changes anything.

    A repeated delivery of a created invoice ends as the skip ``already-synced``, which changes
    nothing, even if the creator only gave up looking for the document in between.
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
    """Whether a state is the one that a scenario expects."""
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
