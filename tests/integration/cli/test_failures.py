"""Failures, and the state of an invoice, shown from a real broker."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.cli.conftest import RunInvoices
from tests.integration.cli.records import (
    created,
    enter,
    failed_creating,
    failed_formatting,
    file,
    format_it,
    receive,
)
from tests.support.broker import Broker
from tests.support.topics import Topics

pytestmark = pytest.mark.broker


@pytest.fixture
def tonight(topics: Topics) -> Topics:
    """Return the failures of a night: two invoices lack an item, one was refused by the provider,
    one failed and was created later.
    """
    for name in ("inv-1", "inv-2"):
        file(topics, failed_formatting(topics, name, receive(topics, name)))
    receive(topics, "inv-3")
    file(
        topics,
        failed_creating(
            topics, "inv-3", format_it(topics, "inv-3"), reason="Customer 1042 is inactive."
        ),
    )
    file(
        topics,
        failed_formatting(topics, "inv-4", receive(topics, "inv-4"), code="customer-not-mapped"),
    )
    enter(topics, created("inv-4"))
    return topics


def test_unresolved_failures_are_grouped_by_code_with_count_age_and_money(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    ended = run_invoices("failures")

    assert ended.code == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[1][:6] == ["formatter", "items-not-mapped", "2", "0m", "0m", "USD"]
    assert lines[2][:3] == ["creator", "provider-rejected", "1"]
    assert "customer-not-mapped" not in ended.out


@pytest.mark.parametrize("ahead", [timedelta(days=-3), timedelta(days=3)], ids=["behind", "ahead"])
def test_a_failure_is_shown_completely_even_if_the_brokers_clock_is_wrong(
    topics: Topics, run_invoices: RunInvoices, ahead: timedelta
) -> None:
    topics.configure("invoice-errors", "message.timestamp.type", "LogAppendTime")
    failed_at = datetime.now(UTC) - ahead
    failed = failed_formatting(topics, "inv-1", receive(topics, "inv-1"), failed_at=failed_at)
    file(topics, failed)

    shown = run_invoices("failures", failed.failure_id, "--output", "json").json

    assert shown["original"]["key"] == "inv-1"


def test_as_json_they_are_complete_failure_records(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    listed = run_invoices("failures", "--output", "json").json

    assert [failure["invoice_id"] for failure in listed] == ["inv-1", "inv-2", "inv-3"]
    kept = {record.json["failure_id"]: record.json for record in tonight.read("invoice-errors")}
    for failure in listed:
        assert {name: failure[name] for name in kept[failure["failure_id"]]} == kept[
            failure["failure_id"]
        ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(["--code", "provider-rejected"], ["inv-3"], id="code"),
        pytest.param(["--stage", "formatter"], ["inv-1", "inv-2"], id="stage"),
        pytest.param(["--destination", "netsuite"], ["inv-3"], id="destination"),
        pytest.param(["--invoice-id", "inv-2"], ["inv-2"], id="invoice"),
        pytest.param(["--customer-id", "nobody"], [], id="customer"),
        pytest.param(["--since", "1h"], ["inv-1", "inv-2", "inv-3"], id="since"),
        pytest.param(["--until", "1h"], [], id="until"),
        pytest.param(
            ["--all", "--code", "customer-not-mapped"], ["inv-4"], id="including resolved ones"
        ),
    ],
)
def test_filters_restrict_the_list(
    tonight: Topics, run_invoices: RunInvoices, options: list[str], expected: list[str]
) -> None:
    rows = csv.DictReader(io.StringIO(run_invoices("failures", "--output", "csv", *options).out))

    assert [row["invoice_id"] for row in rows] == expected


def test_one_failure_is_shown_in_full_by_the_first_digits_of_its_id(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    first = run_invoices("failures", "--output", "json", "--invoice-id", "inv-3").json[0]

    ended = run_invoices("failures", first["failure_id"][:12])

    assert "Customer 1042 is inactive." in ended.out
    assert "invoices replay errors --invoice-id inv-3" in ended.out
    assert (
        run_invoices("failures", first["failure_id"][:12], "--raw").json
        == run_invoices("failures", first["failure_id"], "--output", "json").json
    )
    assert run_invoices("failures", "0123456789").code == 1
    assert run_invoices("failures", "--raw").code == 2


def test_status_shows_every_step_with_places_and_times(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    told = run_invoices("status", "inv-3", "--output", "json").json

    assert (told["state"], told["code"], told["destination"]) == (
        "failed",
        "provider-rejected",
        "netsuite",
    )
    assert [step["what"] for step in told["events"]] == [
        "received",
        "formatted",
        "failed",
        "outcome: failed",
    ]
    assert [step["topic"] for step in told["events"]][:2] == [
        tonight.name("raw-invoices"),
        tonight.name("formatted-invoices"),
    ]
    assert "Customer 1042 is inactive." in run_invoices("status", "inv-3").out


def test_status_of_a_created_invoice_names_the_document(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    told = run_invoices("status", "inv-4", "--output", "json").json

    assert (told["state"], told["provider_document_id"], told["total"]) == (
        "created",
        "9001",
        "100.00",
    )


def test_status_of_an_unknown_invoice_is_one_clear_line(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    ended = run_invoices("status", "nowhere")

    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "nowhere" in ended.err


def test_a_failure_resolved_by_hand_is_in_the_ledger_with_who_and_why(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    first = run_invoices("failures", "--output", "json", "--invoice-id", "inv-1").json[0]

    ended = run_invoices(
        "resolve", first["failure_id"][:10], "--why", "billed by hand", "--by", "kim"
    )

    assert ended.code == 0
    newest = [record.json for record in tonight.read("invoice-outcomes") if record.key == b"inv-1"][
        -1
    ]
    assert (newest["outcome"], newest["resolved_by"], newest["reason"]) == (
        "resolved",
        "kim",
        "billed by hand",
    )
    assert (newest["failure_id"], newest["total"]) == (first["failure_id"], "100.00")
    assert "inv-1" not in run_invoices("failures", "--list").out
    assert run_invoices("resolve", first["failure_id"], "--why", "again", "--by", "kim").code == 1
    assert run_invoices("status", "inv-1", "--output", "json").json["state"] == "resolved"
    (closed,) = run_invoices("failures", "--all", "--invoice-id", "inv-1", "--output", "json").json
    assert (closed["resolved_by"], closed["resolved_why"]) == ("kim", "billed by hand")
    assert "Resolved by kim: billed by hand" in run_invoices("failures", "--all", "--list").out


def test_a_broker_that_does_not_answer_is_one_clear_line(run_invoices: RunInvoices) -> None:
    ended = run_invoices("failures", settings={"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"})

    assert (ended.code, ended.out, ended.err.count("\n")) == (3, "", 1)


def test_the_console_shows_the_lag_of_each_group_and_the_open_failures(
    tonight: Topics, run_invoices: RunInvoices
) -> None:
    shown = run_invoices("console")
    told = run_invoices("console", "--output", "json").json

    assert (
        shown.code,
        tonight.name("raw-invoices") in shown.out,
        "items-not-mapped" in shown.out,
    ) == (0, True, True)
    assert told.keys() == {"at", "topics", "waiting", "failures"}
    assert tonight.name("raw-invoices") in {topic["topic"] for topic in told["topics"]}
    assert "items-not-mapped" in {group["code"] for group in told["failures"]}


def test_topics_are_created_once_and_then_compared(
    broker: Broker, run_invoices: RunInvoices
) -> None:
    mine = Topics(broker.bootstrap_servers).settings
    create = ("topics", "--partitions", "2", "--replication-factor", "1", "--output", "json")

    first = run_invoices(*create, settings=mine)
    again = run_invoices(*create, settings=mine)
    other = run_invoices("topics", "--partitions", "3", "--replication-factor", "1", settings=mine)

    assert {topic["state"] for topic in first.json} == {"created"}
    assert {topic["state"] for topic in again.json} == {"as planned"}
    assert (first.code, again.code, other.code) == (0, 0, 1)
    assert "2 partitions, planned 3" in other.out
