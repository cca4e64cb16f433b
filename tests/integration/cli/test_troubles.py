"""Whatever is wrong outside: one clear line, the right exit code, and nothing half done."""

import pytest

from invoice_shared.archive.jsonl import archived_object
from invoice_shared.archive.object_key import object_key
from invoice_shared.record import Record
from invoice_shared.serde import to_bytes
from tests.integration.cli.conftest import Ended, RunInvoices
from tests.integration.cli.records import failed_formatting, receive
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.topics import Topics

pytestmark = pytest.mark.broker

NOWHERE = "http://127.0.0.1:1"
FROM_S3 = ("replay", "errors", "--from", "s3", "--no-wait")
RECONCILE = ("reconcile", "--since", "1d", "--ledger-only")


def one_line(ended: Ended, *words: str) -> None:
    lines = [line for line in ended.err.splitlines() if not line.startswith("customers: ")]
    assert len(lines) == 1, ended.err
    assert [word for word in words if word not in lines[0]] == []
    assert ended.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "inv-1"),
        ("failures",),
        ("resolve", "0123456789", "--why", "x", "--by", "kim"),
        ("replay", "raw"),
        ("topics",),
        ("console",),
    ],
    ids=" ".join,
)
def test_a_broker_that_does_not_answer_is_reported(
    run_invoices: RunInvoices, arguments: tuple[str, ...]
) -> None:
    ended = run_invoices(*arguments, settings={"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"})

    one_line(ended, "broker")
    assert ended.code == 3


@pytest.mark.parametrize(
    "arguments", [("status", "inv-1"), ("failures",), ("replay", "errors")], ids=" ".join
)
def test_a_missing_topic_is_reported(
    topics: Topics, run_invoices: RunInvoices, arguments: tuple[str, ...]
) -> None:
    missing = {"RAW_INVOICES_TOPIC": "nowhere", "INVOICE_ERRORS_TOPIC": "nowhere"}

    ended = run_invoices(*arguments, settings=missing)

    one_line(ended, "nowhere", "invoices topics")
    assert ended.code == 1


def test_an_argument_that_is_not_utf8_is_refused(run_invoices: RunInvoices) -> None:
    ended = run_invoices("status", "\udcff")

    one_line(ended, "not UTF-8")
    assert ended.code == 2


def test_a_terminal_that_only_supports_ascii_gets_readable_output(
    run_invoices: RunInvoices,
) -> None:
    ended = run_invoices("status", "é", settings={"PYTHONIOENCODING": "ascii"})

    one_line(ended, "No topic contains the invoice é")
    assert ended.code == 1


def test_a_missing_bucket_is_reported(run_invoices: RunInvoices, missing_s3: Bucket) -> None:
    ended = run_invoices(*FROM_S3, settings=missing_s3.settings)

    one_line(ended, missing_s3.name, "LOG_ERRORS_BUCKET_NAME_S3")
    assert ended.code == 1


def test_unreadable_objects_are_reported(
    topics: Topics, run_invoices: RunInvoices, s3: Bucket
) -> None:
    failures = [
        failed_formatting(topics, name, receive(topics, name))
        for name in ("inv-1", "inv-2", "inv-3")
    ]
    lines = [
        Record(topics.name("invoice-errors"), 0, n, None, to_bytes(each))
        for n, each in enumerate(failures)
    ]
    away, damaged, whole = (object_key("errors/", line, line.offset) for line in lines)
    s3.client.put_object(
        Bucket=s3.name, Key=away, Body=archived_object(lines[:1]), StorageClass="GLACIER"
    )
    s3.client.put_object(Bucket=s3.name, Key=damaged, Body=archived_object(lines[1:2])[:-9])
    s3.client.put_object(Bucket=s3.name, Key=whole, Body=archived_object(lines[2:]))

    ended = run_invoices(*FROM_S3, "--output", "json", settings=s3.settings)
    said = run_invoices(*FROM_S3, settings=s3.settings)

    assert (ended.code, ended.json["replayed"]) == (1, 1)
    assert [each["object"] for each in ended.json["unreadable_objects"]] == [away, damaged]
    assert f"object {away} is in cold storage. Restore it" in said.err
    assert f"object {damaged} is damaged" in said.err
    put_back = [each for each in topics.read("raw-invoices") if "replay-id" in each.headers]
    assert {each.key for each in put_back} == {b"inv-3"}


def test_missing_aws_credentials_are_reported(run_invoices: RunInvoices, s3: Bucket) -> None:
    settings = {name: value for name, value in s3.settings.items() if "KEY" not in name}

    ended = run_invoices(*FROM_S3, settings=settings | {"AWS_EC2_METADATA_DISABLED": "true"})

    one_line(ended, s3.name, "credentials")
    assert ended.code == 1


def test_an_archive_that_does_not_answer_is_reported(run_invoices: RunInvoices, s3: Bucket) -> None:
    ended = run_invoices(*FROM_S3, settings=s3.settings | {"AWS_ENDPOINT_URL_S3": NOWHERE})

    one_line(ended, "S3")
    assert ended.code == 3


def test_missing_settings_are_reported(run_invoices: RunInvoices) -> None:
    ended = run_invoices(*RECONCILE)

    assert (ended.code, "METRONOME_API_KEY" in ended.err) == (2, True)


def test_a_metronome_that_does_not_answer_is_reported(run_invoices: RunInvoices) -> None:
    settings = {
        "METRONOME_API_KEY": "key",
        "METRONOME_BASE_URL": NOWHERE,
        "RETRY_BACKOFF_MAX_SECONDS": "0.1",
    }

    ended = run_invoices(*RECONCILE, settings=settings)

    one_line(ended, "Metronome")
    assert ended.code == 3


def test_credentials_that_metronome_refuses_are_reported(
    run_invoices: RunInvoices, outside: Outside
) -> None:
    ended = run_invoices(*RECONCILE, settings=outside.settings | {"METRONOME_API_KEY": "wrong"})

    one_line(ended, "METRONOME_API_KEY")
    assert ended.code == 1


def test_an_invoice_that_metronome_does_not_know_is_reported(
    run_invoices: RunInvoices, outside: Outside
) -> None:
    known = run_invoices("preview", "inv-1", "--customer-id", "cus-1", settings=outside.settings)
    unknown = run_invoices("preview", "inv-1", settings=outside.settings)

    one_line(known, "Metronome does not know this invoice")
    one_line(unknown, "--customer-id")
    assert (known.code, unknown.code) == (1, 2)


def test_check_reports_all_problems_at_once(
    run_invoices: RunInvoices, outside: Outside, missing_s3: Bucket
) -> None:
    settings = outside.settings | missing_s3.settings | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}

    ended = run_invoices("check", "--output", "json", settings=settings)

    states = {line["part"]: line["state"] for line in ended.json}
    assert ended.code == 3
    assert (states["broker"], states["Metronome"], states["netsuite"]) == (
        "unreachable",
        "works",
        "works",
    )
    assert states[f"bucket {missing_s3.name}"] == "to fix"
