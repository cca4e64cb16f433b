"""Decisions of people, on a real broker: each takes effect and is in the audit."""

from typing import Any

import pytest

from tests.builders import CUSTOMER_ID
from tests.integration.cli.builders import id_of
from tests.integration.cli.conftest import RunInvoices
from tests.integration.cli.records import failed_creating, file, format_it, receive
from tests.support.outside import Outside
from tests.support.topics import Topics

pytestmark = pytest.mark.broker


def test_pausing_and_resuming_are_in_the_audit(run_invoices: RunInvoices) -> None:
    paused = run_invoices(
        "pause", "netsuite", "--why", "books are closed", "--by", "ada", "--output", "json"
    )
    resumed = run_invoices("resume", "netsuite", "--by", "kim")

    audit = run_invoices("audit", "--output", "json")

    assert (paused.code, resumed.code, audit.code) == (0, 0, 0)
    assert [(each["kind"], each["subject"], each["by"], each["why"]) for each in audit.json] == [
        ("pause", "netsuite", "ada", "books are closed"),
        ("resume", "netsuite", "kim", None),
    ]
    assert paused.json[0]["subject"] == "netsuite"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("pause", "sap", "--why", "x"), 'Unknown "sap"', id="an unknown destination"),
        pytest.param(("pause", "netsuite", "--why", " "), "--why", id="no reason"),
        pytest.param(("pause", "netsuite", "--why", "x", "--by", " "), "--by", id="no person"),
    ],
)
def test_an_incomplete_decision_is_refused(
    run_invoices: RunInvoices, arguments: tuple[str, ...], said: str
) -> None:
    ended = run_invoices(*arguments)

    assert ended.code == 2
    assert said in ended.err
    assert run_invoices("audit", "--output", "json").json == []


def known_to_metronome(invoice_id: str) -> dict[str, Any]:
    return {
        "id": invoice_id,
        "customer_id": CUSTOMER_ID,
        "type": "USAGE",
        "status": "FINALIZED",
        "credit_type": {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"},
        "total": 10000,
        "line_items": [],
    }


def test_a_resolution_is_recorded_its_document_entered_and_reported_to_metronome(
    topics: Topics, outside: Outside, run_invoices: RunInvoices
) -> None:
    name = id_of("inv-1")
    outside.metronome.seed_invoices([known_to_metronome(name)])
    failure = failed_creating(topics, name, format_it(topics, name))
    file(topics, failure)
    resolve = (
        "resolve",
        failure.failure_id[:12],
        "--why",
        "billed by hand",
        "--by",
        "kim",
        "--document-id",
        "4711",
    )

    ended = run_invoices(*resolve, "--output", "json", settings=outside.settings)

    assert ended.code == 0, ended.err
    assert ended.json[0]["metronome"] == "reported FINALIZED"
    (decided,) = run_invoices("audit", "--output", "json").json
    assert (decided["kind"], decided["subject"], decided["document_id"]) == (
        "resolve",
        name,
        "4711",
    )
    assert (decided["failure_id"], decided["destination"]) == (failure.failure_id, "netsuite")
    status = run_invoices("status", name, "--output", "json").json
    assert (status["state"], status["documents"]) == ("created", ["netsuite 4711"])
    assert (status["resolved_by"], status["open_failure"]) == ("kim", None)
    (told,) = outside.metronome.writebacks()
    assert (told["external_status"], told["billing_provider_invoice_id"]) == ("FINALIZED", "4711")
    assert run_invoices(*resolve, settings=outside.settings).code == 1


def test_an_invoice_that_may_still_be_sent_is_resolved_only_by_force(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    failure = failed_creating(topics, "inv-1", format_it(topics, "inv-1"))
    file(topics, failure)
    partition, offset = receive(topics, "inv-1")
    resolve = ("resolve", failure.failure_id, "--why", "billed by hand", "--by", "kim")

    refused = run_invoices(*resolve)

    assert (refused.code, refused.out) == (1, "")
    assert f"raw-invoices[{partition}]@{offset}" in refused.err
    assert run_invoices("audit", "--output", "json").json == []
    topics.commit("invoice-formatter", "raw-invoices", {partition: offset + 1})
    assert run_invoices(*resolve).code == 0

    later = failed_creating(topics, "inv-2", format_it(topics, "inv-2"))
    file(topics, later)
    receive(topics, "inv-2")
    assert run_invoices("resolve", later.failure_id, "--why", "x", "--by", "kim", "--yes").code == 0


def test_held_invoices_are_approved_with_their_facts_and_start_over(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    for name in ("inv-1", "inv-2"):
        file(
            topics, failed_creating(topics, name, format_it(topics, name), code="held-for-approval")
        )
    file(topics, failed_creating(topics, "inv-3", format_it(topics, "inv-3")))
    every = (
        "approve",
        "--all-held",
        "--by",
        "kim",
        "--why",
        "looked at them",
        "--no-wait",
        "--output",
        "json",
    )

    planned = run_invoices(*every, "--dry-run").json
    assert (len(planned["approved"]), planned["replayed"]) == (2, 0)
    assert run_invoices("audit", "--output", "json").json == []
    one = run_invoices(*every, "--invoice-id", "inv-2").json
    (first,) = run_invoices("failures", "--invoice-id", "inv-1", "--output", "json").json
    rest = run_invoices("approve", first["failure_id"][:12], "--by", "kim", "--no-wait")

    assert (one["replayed"], rest.code) == (1, 0)
    decided = run_invoices("audit", "--output", "json").json
    assert [(each["kind"], each["subject"]) for each in decided if each["kind"] == "approve"] == [
        ("approve", "inv-2"),
        ("approve", "inv-1"),
    ]
    facts = {
        name: decided[0][name]
        for name in ("total", "currency", "destination", "external_customer_id")
    }
    assert facts == {
        "total": "100.00",
        "currency": "USD",
        "destination": "netsuite",
        "external_customer_id": "1042",
    }
    assert [each["filters"].get("invoice_id") for each in decided if each["kind"] == "replay"] == [
        "inv-2",
        None,
    ]
    again = [record for record in topics.read("raw-invoices") if "replay-id" in record.headers]
    assert {record.key for record in again} == {b"inv-1", b"inv-2"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param((), "--all-held", id="neither ids nor filters"),
        pytest.param(("f" * 64, "--all-held"), "--all-held", id="both"),
        pytest.param(
            ("f" * 64, "--invoice-id", "inv-1"), "Filters", id="filters in addition to ids"
        ),
    ],
)
def test_an_approval_must_say_what_is_approved(
    run_invoices: RunInvoices, arguments: tuple[str, ...], said: str
) -> None:
    ended = run_invoices("approve", *arguments, "--by", "kim")

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
