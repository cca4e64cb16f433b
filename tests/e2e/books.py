"""What must hold once everything is settled, whatever happened: the books of a scenario balance."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from invoice_simulators.scenario import Created, End, Failed, Scenario, Skipped
from tests.e2e.connector import Connector


def assert_books_balance(connector: Connector, scenario: Scenario) -> None:
    """Assert that every accepted invoice is created, failed or skipped, as it should be, with
    nothing twice and no cent lost.
    """
    assert_documents_are_right(connector, scenario)
    assert_ledger_is_right(connector, scenario)
    assert_failures_are_right(connector, scenario)
    assert_archive_holds_each_failure_once(connector)
    assert_metronome_has_reports(connector, scenario)


def assert_documents_are_right(connector: Connector, scenario: Scenario) -> None:
    """Assert that NetSuite has exactly the right documents, each adding up, and the totals of each
    currency.
    """
    documents = connector.documents()
    expected = {name: end for name, end in scenario.ends.items() if isinstance(end, Created)}

    assert documents.keys() == expected.keys()
    assert {name: shown(each) for name, each in documents.items()} == expected
    assert [
        name for name, each in documents.items() if sum_of_lines(each) != Decimal(each["total"])
    ] == []
    billed = {
        currency: totals.created
        for currency, totals in scenario.summary().items()
        if totals.created
    }
    assert sums_by_currency(documents.values()) == billed


def assert_ledger_is_right(connector: Connector, scenario: Scenario) -> None:
    """Assert that the newest entry of each invoice says how it ended, and that no other invoice is
    in the ledger.
    """
    ledger = connector.ledger()

    assert ledger.keys() == scenario.ends.keys()
    wrong = [
        f"{name}: {' → '.join(brief(entry) for entry in entries)}; should be {scenario.ends[name]}"
        for name, entries in ledger.items()
        if not has_end(entries, scenario.ends[name])
    ]
    assert not wrong, "\n".join(wrong)


def assert_failures_are_right(connector: Connector, scenario: Scenario) -> None:
    """Assert that exactly the right invoices failed, at the right stage, each record once however
    often it was tried.
    """
    by_invoice: dict[str, set[tuple[str, str]]] = defaultdict(set)
    sources: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for failure in connector.failures():
        by_invoice[failure["invoice_id"]].add((failure["stage"], failure["code"]))
        source = failure["source"]
        sources[failure["failure_id"]].add((source["topic"], source["partition"], source["offset"]))

    assert by_invoice == {
        name: {(end.stage, end.code)}
        for name, end in scenario.ends.items()
        if isinstance(end, Failed)
    }
    assert [name for name, places in sources.items() if len(places) > 1] == [], (
        "one id for two records"
    )
    assert len(sources) == len(set.union(*sources.values())), "two ids for one record"


def assert_archive_holds_each_failure_once(connector: Connector) -> None:
    """Assert that S3 holds every record of ``invoice-errors`` once, unchanged, with its
    position.
    """
    lines = connector.bucket.all_lines()
    places = Counter((line["topic"], line["partition"], line["offset"]) for line in lines)
    seen = {
        (each.topic, each.partition, each.offset): each.json
        for each in connector.topics.read("invoice-errors")
    }

    assert places == dict.fromkeys(seen, 1)
    position = ("topic", "partition", "offset")
    content = {tuple(line[name] for name in position): without(line, position) for line in lines}
    assert content == seen


def assert_metronome_has_reports(connector: Connector, scenario: Scenario) -> None:
    """Assert that Metronome knows the document of each created invoice, and the error of each that
    the creator gave up.
    """
    documents = connector.documents()
    writebacks = connector.outside.metronome.writebacks()
    told = {each["invoice_id"]: each for each in writebacks if each["invoice_id"] in scenario.ends}
    created = {name for name, end in scenario.ends.items() if isinstance(end, Created)}
    refused = {
        name
        for name, end in scenario.ends.items()
        if isinstance(end, Failed) and end.stage == "creator"
    }

    assert told.keys() == created | refused
    assert {told[name]["external_status"] for name in created} == {"FINALIZED"}
    assert {told[name]["external_status"] for name in refused} <= {"INVALID_REQUEST_ERROR"}
    ids = {name: told[name]["billing_provider_invoice_id"] for name in created}
    assert ids == {name: documents[name]["id"] for name in created}


def shown(document: dict[str, Any]) -> Created:
    return Created(document["document_type"], document["currency"], Decimal(document["total"]))


def sum_of_lines(document: dict[str, Any]) -> Decimal:
    return sum((Decimal(line["amount"]) for line in document["lines"]), Decimal(0))


def sums_by_currency(documents: Any) -> dict[str, Decimal]:
    """Sum the totals, with credit memos as negative amounts, as Metronome counts them."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for document in documents:
        sign = -1 if document["document_type"] == "credit_memo" else 1
        sums[document["currency"]] += sign * Decimal(document["total"])
    return dict(sums)


def has_end(entries: list[Any], end: End) -> bool:
    """Whether an invoice's ledger ends as it should."""
    newest = entries[-1]
    if isinstance(end, Skipped):
        return (newest["outcome"], newest["code"]) == ("skipped", end.reason)
    if isinstance(end, Failed):
        return (newest["outcome"], newest["stage"], newest["code"]) == (
            "failed",
            end.stage,
            end.code,
        )
    return newest["outcome"] == "created" or is_known_repeat(entries)


def is_known_repeat(entries: list[Any]) -> bool:
    """Whether an entry is the rightful skip of a repeated delivery: Metronome knows the document by
    then.
    """
    newest = entries[-1]
    documents = {
        entry["provider_document_id"] for entry in entries if entry["outcome"] == "created"
    }
    return newest["code"] == "already-synced" and newest["provider_document_id"] in documents


def brief(entry: dict[str, Any]) -> str:
    return f"{entry['outcome']} ({entry['code']}, {entry['provider_document_id']})"


def without(line: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in names}
