"""A night on call: 300 invoices lack an item; they are found, fixed and replayed, and nothing is
missing afterwards.
"""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from invoice_simulators.metronome.webhooks import finalized_event
from tests.e2e.connector import Connector
from tests.integration.cli.builders import customer, id_of, invoice
from tests.integration.cli.conftest import Ended, RunInvoices
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker, pytest.mark.timeout(600)]

CUSTOMERS = [customer(number, archived=number == 9) for number in range(10)]
Invoices = Callable[..., Ended]


@pytest.fixture
def connector(
    start_service: StartService, outside: Outside, topics: Topics, s3: Bucket
) -> Connector:
    """Start all four services, and Metronome with ten customers."""
    connector = Connector(start_service, outside, topics, s3)
    outside.metronome.seed_customers(CUSTOMERS)
    connector.start()
    return connector


@pytest.fixture
def invoices(run_invoices: RunInvoices, connector: Connector) -> Invoices:
    """Return the command line in this connector's environment, without its patience for outages."""
    settings = (
        connector.outside.settings | connector.bucket.settings | {"RETRY_BACKOFF_MAX_SECONDS": "1"}
    )

    def run(*arguments: str) -> Ended:
        return run_invoices(*arguments, settings=settings)

    return run


def month(count: int, item: str | None) -> list[dict[str, Any]]:
    """Return invoices of all customers; some without a period, some of them credits."""
    plain = [invoice(f"inv-{n}", CUSTOMERS[n % 10], 1000 + n, item=item) for n in range(count)]
    for each in plain[::7]:
        each |= {"type": "SCHEDULED", "start_timestamp": None, "end_timestamp": None}
    for each in plain[5::50]:
        each["total"] = each["line_items"][0]["total"] = -500
    return plain


def finalize(connector: Connector, *given: dict[str, Any]) -> None:
    connector.outside.metronome.seed_invoices(given)
    with ThreadPoolExecutor(8) as senders:
        assert set(senders.map(lambda each: connector.deliver(finalized_event(each)), given)) == {
            200
        }


def settled(topics: Topics) -> Counter[str]:
    newest = {record.key: record.json["outcome"] for record in topics.events()}
    return Counter(newest.values())


def sums(reconciled: Ended) -> dict[str, str]:
    """Return the table's sums of its only currency, by their titles."""
    titles, amounts = (
        re.split(r"\s{2,}", line.strip()) for line in reconciled.out.splitlines()[-2:]
    )
    return dict(zip(titles, amounts, strict=True))


def test_three_hundred_failures_are_found_fixed_replayed_and_reconciled(
    connector: Connector, invoices: Invoices, topics: Topics
) -> None:
    finalize(connector, *month(300, item=None))
    eventually(lambda: settled(topics) == {"failed": 300}, timeout=120, every=1)

    (line,) = invoices("failures").out.splitlines()[1:]
    assert line.split()[:3] == ["formatter", "items-not-mapped", "300"]
    assert "Beta feature" in line

    connector.outside.metronome.seed_invoices(month(300, item="2001"))
    assert invoices("preview", id_of("inv-8"), "--output", "json").json["result"] == "created"
    planned = invoices(
        "replay", "errors", "--code", "items-not-mapped", "--dry-run", "--output", "json"
    ).json
    total = sum(Decimal(each["total"]) for each in month(300, item=None)) / 100
    assert (planned["selected"], planned["money"]) == (300, {"USD": f"{total:.2f}"})
    assert settled(topics) == {"failed": 300}

    replayed = invoices("replay", "errors", "--code", "items-not-mapped", "--output", "json")
    assert (replayed.code, replayed.json["replayed"], replayed.json["outcomes"]["created"]) == (
        0,
        300,
        300,
    )
    assert settled(topics) == {"created": 300}
    assert connector.documents().keys() == {id_of(f"inv-{n}") for n in range(300)}

    again = invoices("replay", "errors", "--output", "json").json
    assert (again["replayed"], again["left_out"]) == (0, {"created meanwhile": 300})
    reconciled = invoices("reconcile", "--since", "1d", "--output", "json")
    assert Counter(each["state"] for each in reconciled.json) == {"created": 300}
    assert reconciled.code == 0
    assert sums(invoices("reconcile", "--since", "1d"))["unexplained"] == "0.00"


def test_a_lost_webhook_is_repaired_and_voided_or_changed_invoices_are_reported(
    connector: Connector, invoices: Invoices, topics: Topics
) -> None:
    kept = invoice("inv-kept", CUSTOMERS[1], 1200)
    voided = invoice("inv-voided", CUSTOMERS[2], 3400)
    finalize(connector, kept, voided, invoice("inv-failed", CUSTOMERS[3], 100, item=None))
    eventually(lambda: settled(topics) == {"created": 2, "failed": 1}, timeout=60, every=1)
    lost = [
        invoice("inv-lost", CUSTOMERS[9], 700),
        invoice("inv-lost-too", CUSTOMERS[4], 800, start_timestamp=None, end_timestamp=None),
    ]
    connector.outside.metronome.seed_invoices(
        [*lost, kept | {"total": 1300}, invoice("inv-draft", CUSTOMERS[5], 1, status="DRAFT")]
    )
    connector.outside.metronome.void(id_of("inv-voided"))

    before = invoices("reconcile", "--since", "1d", "--output", "json")

    assert before.code == 1
    assert {each["invoice_id"]: each["state"] for each in before.json} == {
        id_of("inv-kept"): "total-mismatch",
        id_of("inv-voided"): "voided-after-creation",
        id_of("inv-failed"): "failed",
        id_of("inv-lost"): "missing",
        id_of("inv-lost-too"): "missing",
    }
    fixed = invoices("reconcile", "--since", "1d", "--ledger-only", "--fix", "--output", "csv")
    assert fixed.out.count("Enqueued.") == 2
    eventually(lambda: settled(topics)["created"] == 4, timeout=60, every=1)
    keys = {id_of(name).encode() for name in ("inv-lost", "inv-lost-too")}
    brought = [
        record.json["source"] for record in topics.read("raw-invoices") if record.key in keys
    ]
    assert brought == ["reconcile", "reconcile"]
    assert "missing" not in invoices("reconcile", "--since", "1d", "--output", "csv").out


def test_a_document_removed_at_the_provider_is_reported_and_not_enqueued(
    connector: Connector, invoices: Invoices, topics: Topics
) -> None:
    finalize(
        connector,
        *(invoice(f"inv-{name}", CUSTOMERS[1], 1200) for name in ("kept", "deleted", "void")),
    )
    eventually(lambda: settled(topics) == {"created": 3}, timeout=60, every=1)
    documents = connector.documents()
    connector.outside.netsuite.delete(documents[id_of("inv-deleted")]["id"])
    connector.outside.netsuite.void(documents[id_of("inv-void")]["id"])
    expected = {
        id_of("inv-kept"): "created",
        id_of("inv-deleted"): "removed-at-provider",
        id_of("inv-void"): "removed-at-provider",
    }

    for options in (("--fix",), ("--fix", "--ledger-only")):
        told = invoices("reconcile", "--since", "1d", "--output", "json", *options)
        assert (told.code, {each["invoice_id"]: each["state"] for each in told.json}) == (
            1,
            expected,
        )
        assert {each["is_enqueued"] for each in told.json} == {False}
    money = sums(invoices("reconcile", "--since", "1d"))
    assert (money["at the providers"], money["unexplained"]) == ("12.00", "24.00")
    (document,) = invoices("status", id_of("inv-void"), "--output", "json").json["documents"]
    assert "was removed there" in document


@pytest.mark.real_broker  # the embedded one cannot complete a request to delete records
def test_the_archive_restores_records_that_the_topic_no_longer_has(
    connector: Connector, invoices: Invoices, topics: Topics
) -> None:
    finalize(connector, *month(10, item=None))
    eventually(lambda: len(connector.bucket.all_lines()) == 10, timeout=60, every=1)
    eventually(lambda: settled(topics) == {"failed": 10}, timeout=60, every=1)
    originals = {record.key: record.value for record in topics.read("raw-invoices")}
    forget(topics, "invoice-errors")

    assert len(invoices("failures", "--output", "json").json) == 10
    from_kafka = invoices("replay", "errors", "--dry-run", "--output", "json").json
    assert (from_kafka["selected"], from_kafka["left_out"].popitem()[1]) == (0, 10)
    connector.outside.metronome.seed_invoices(month(10, item="2001"))
    replayed = invoices(
        "replay",
        "errors",
        "--from",
        "s3",
        "--since",
        "1h",
        "--restart",
        "failed",
        "--output",
        "json",
    ).json

    assert (replayed["replayed"], replayed["outcomes"]["created"]) == (10, 10)
    assert settled(topics) == {"created": 10}
    again = {
        record.key: record.value
        for record in topics.read("raw-invoices")
        if "replay-id" in record.headers
    }
    assert again == originals


def test_check_says_what_works_and_what_to_do(
    connector: Connector, invoices: Invoices, run_invoices: RunInvoices
) -> None:
    states = {line["part"]: line["state"] for line in invoices("check", "--output", "json").json}
    assert states["Metronome"] == states["netsuite"] == states["broker"] == "works"

    settings = connector.outside.settings | connector.bucket.settings
    refused = run_invoices(
        "check",
        "--output",
        "json",
        settings=settings | {"METRONOME_API_KEY": "wrong", "NS_TOKEN_SECRET": "wrong"},
    )
    assert refused.code == 1
    assert {line["part"] for line in refused.json if line["state"] == "to fix"} == {
        "Metronome",
        "netsuite",
    }


def forget(topics: Topics, topic: str) -> None:
    """Delete all records, as retention does in time."""
    admin = AdminClient({"bootstrap.servers": topics.bootstrap_servers})
    name = topics.name(topic)
    ends = Counter(record.partition for record in topics.read(topic))
    places = [TopicPartition(name, partition, count) for partition, count in ends.items()]
    for done in admin.delete_records(places).values():
        done.result(30)
