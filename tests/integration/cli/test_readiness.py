"""The readiness before the go-live: what would fail, according to Metronome alone. There is no
broker yet.
"""

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.builders import customer, id_of, invoice
from tests.support.outside import Outside

SCRIPT = str(Path(sys.executable).with_name("invoices"))
EUR = {"id": "8f3c2c2e-0000-4000-8000-000000000eur", "name": "EUR"}
UNDATED = {"status": "DRAFT", "issued_at": None}


def run_invoices(
    outside: Outside, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [SCRIPT, *arguments],
        env=outside.settings | settings,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def month(outside: Outside) -> list[dict[str, Any]]:
    """Return customers of whom one is not mapped, and their next invoices."""
    good = customer(1)
    archived = customer(2, archived=True)
    bare = customer(3) | {"custom_fields": {}}
    outside.metronome.seed_customers([good, archived, bare])
    euros = [line | {"credit_type": EUR} for line in invoice("euros", good, 10)["line_items"]]
    given = [
        invoice("fine", good, 1000),
        invoice("old", good, 700, item=None, issued_at="2020-01-01T00:00:00.000Z"),
        invoice("void", good, 700, item=None, status="VOID"),
        invoice("no item", archived, 2000, item=None),
        invoice("draft", good, 3050, item=None, **UNDATED),
        invoice("no customer", bare, 400, item=None, **UNDATED),
        invoice("euros", good, 10, credit_type=EUR, line_items=euros),
    ]
    outside.metronome.seed_invoices(given)
    return given


@pytest.mark.usefixtures("month")
def test_finance_sees_each_correction_with_its_money(outside: Outside) -> None:
    ended = run_invoices(outside, "readiness", "--since", "30d", NS_CURRENCY_IDS='{"USD": "1"}')

    assert ended.returncode == 1
    lines = [line.split() for line in ended.stdout.splitlines()]
    product = ["prod-beta", "3", "54.50", "USD"]
    currency = ["EUR", "1", "10.00", "EUR", id_of("euros")]
    assert [line[5:] for line in lines if line[:4] == product] == [["Beta", "feature"]]
    assert [line[:5] for line in lines].count(currency) == 1
    assert [line[:4] for line in lines].count([id_of("customer 3"), "1", "4.00", "USD"]) == 2
    assert "Set it in Metronome to the customer's id at the billing provider." in ended.stdout
    assert ended.stderr.splitlines()[-1] == (
        "5 invoice(s), including drafts: 4 would fail, 1 would be sent. No provider was asked."
    )


@pytest.mark.usefixtures("month")
def test_a_program_gets_a_row_per_invoice_and_problem(outside: Outside) -> None:
    as_json = run_invoices(outside, "readiness", "--since", "30d", "--output", "json")
    as_csv = run_invoices(outside, "readiness", "--since", "30d", "--output", "csv")

    assert (as_json.stderr, as_csv.stderr) == ("", "")
    rows = json.loads(as_json.stdout)
    assert Counter((row["code"], row["status"]) for row in rows) == {
        ("items-not-mapped", "FINALIZED"): 1,
        ("items-not-mapped", "DRAFT"): 2,
        ("customer-not-mapped", "DRAFT"): 1,
        ("destination-not-mapped", "DRAFT"): 1,
    }
    written = list(csv.DictReader(io.StringIO(as_csv.stdout)))
    assert [row["invoice_id"] for row in written] == [row["invoice_id"] for row in rows]
    assert {row["invoice_id"]: row["total"] for row in written}[id_of("draft")] == "30.50"


@pytest.mark.usefixtures("month")
def test_the_readiness_of_one_customer_is_checked(outside: Outside) -> None:
    ended = run_invoices(
        outside, "readiness", "--since", "30d", "--customer-id", id_of("customer 2"), "-o", "json"
    )

    assert [row["invoice_id"] for row in json.loads(ended.stdout)] == [id_of("no item")]


@pytest.mark.usefixtures("month")
def test_a_customer_can_be_named_by_the_first_digits_of_its_id(outside: Outside) -> None:
    short = id_of("customer 2")[:8]
    twin = customer(2) | {"id": f"{short}-0000-4000-8000-000000000000"}

    ended = run_invoices(
        outside, "readiness", "--since", "30d", "--customer-id", short, "-o", "json"
    )
    outside.metronome.seed_customers([twin])
    ambiguous = run_invoices(outside, "readiness", "--since", "30d", "--customer-id", short)

    assert [row["invoice_id"] for row in json.loads(ended.stdout)] == [id_of("no item")]
    assert (ambiguous.returncode, ambiguous.stdout) == (2, "")
    assert all(each in ambiguous.stderr for each in (id_of("customer 2"), twin["id"]))


def test_a_month_without_problems_is_ready(outside: Outside) -> None:
    outside.metronome.seed_customers([customer(1)])
    outside.metronome.seed_invoices([invoice("fine", customer(1), 1000)])

    ended = run_invoices(outside, "readiness", "--since", "30d")
    as_json = run_invoices(outside, "readiness", "--since", "30d", "-o", "json")

    assert (ended.returncode, ended.stdout, as_json.stdout) == (0, "", "[]\n")
    assert (
        ended.stderr == "1 invoice(s), including drafts: 1 would be sent. No provider was asked.\n"
    )


def test_a_draft_is_previewed_as_if_it_were_finalized(outside: Outside) -> None:
    outside.metronome.seed_invoices([invoice("draft", customer(1), 1000, **UNDATED)])
    asked = ("preview", id_of("draft"), "--customer-id", id_of("customer 1"))

    without = run_invoices(outside, *asked)
    ended = run_invoices(outside, *asked, "--draft")

    assert without.stderr.splitlines()[-1] == (
        "It would be skipped (formatter, not-finalized): Its status in Metronome is DRAFT."
    )
    assert ended.stderr.splitlines()[-1] == "It would be sent; NetSuite was not asked."


def test_invoices_that_metronome_does_not_return_are_unknown_and_the_rest_is_checked(
    outside: Outside, month: list[dict[str, Any]]
) -> None:
    outside.metronome.inject("status", operation="get", invoice_id=month[0]["id"], status=500)

    ended = run_invoices(outside, "readiness", "--since", "30d", RETRY_BACKOFF_MAX_SECONDS="0.1")

    assert ended.returncode == 3
    assert f"Not known: {month[0]['id']}: " in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("5 invoice(s), including drafts: 3 would fail")


def test_a_wrong_key_is_reported_in_one_line(outside: Outside) -> None:
    ended = run_invoices(outside, "readiness", "--since", "30d", METRONOME_API_KEY="wrong")

    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1)


def test_the_providers_are_asked_for_customers_and_items(outside: Outside) -> None:
    given = [customer(1), customer(2)]
    outside.metronome.seed_customers(given)
    outside.metronome.seed_invoices([invoice(f"of {n}", given[n % 2], 1000) for n in range(6)])
    asked = ("readiness", "--since", "30d", "--ask-providers")
    outside.netsuite.configure(inactive_items=["2001"])

    ended = run_invoices(outside, *asked)
    again = run_invoices(outside, *asked, "-o", "json")
    queries = outside.netsuite.requests("query")
    outside.netsuite.configure(forbidden_record_types=["customer"], inactive_items=[])
    unknown = run_invoices(outside, *asked)

    assert (ended.returncode, again.returncode, unknown.returncode) == (1, 1, 3)
    assert "provider-rejected: The item 2001 is inactive at NetSuite." in ended.stdout
    assert {row["kind"] for row in json.loads(again.stdout)} == {"netsuite item"}
    assert len(queries) == 2 * 2
    assert ended.stderr.splitlines()[-1] == (
        "6 invoice(s), including drafts: 6 would fail. The providers were asked."
    )
    assert "NetSuite does not show whether the customer 1001 exists." in unknown.stderr
    assert not outside.netsuite.documents()
