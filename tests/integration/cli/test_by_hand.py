"""One invoice enqueued by hand, and the digest, with a real broker."""

import json

import pytest

from tests.integration.cli.conftest import RunInvoices
from tests.integration.cli.records import failed_creating, file, format_it
from tests.support.any_server import any_server, written
from tests.support.topics import Topics

pytestmark = pytest.mark.broker


def test_enqueuing_an_invoice_writes_a_decision_and_a_raw_record(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    ended = run_invoices(
        "enqueue", "inv-1", "--customer-id", "cus-1", "--by", "kim", "--output", "json"
    )

    assert (ended.code, ended.json[0]["kind"], ended.json[0]["by"]) == (0, "enqueue", "kim")
    (decision,) = topics.read("invoice-decisions")
    assert (decision.key, decision.json["kind"], decision.json["by"]) == (
        b"inv-1",
        "enqueue",
        "kim",
    )
    (raw,) = topics.read("raw-invoices")
    assert (raw.key, raw.json["source"], raw.json["customer_id"]) == (b"inv-1", "manual", "cus-1")


def test_the_digest_is_printed_and_posted(topics: Topics, run_invoices: RunInvoices) -> None:
    file(topics, failed_creating(topics, "inv-1", format_it(topics, "inv-1")))
    with any_server() as webhook:
        webhook.answer = written(200, {}, b"ok")

        ended = run_invoices(
            "digest", settings={"DIGEST_WEBHOOK_URL": f"{webhook.url}/services/secret-path"}
        )

    assert ended.code == 0
    assert (
        "- creator, provider-rejected: 1, the oldest 0m old, USD 100.00" in ended.out.splitlines()
    )
    assert json.loads(webhook.bodies[0])["text"] == ended.out.rstrip("\n")
    assert "secret-path" not in ended.out + ended.err
