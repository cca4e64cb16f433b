import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from invoice_operations.preview.previews import preview
from invoice_shared.serde import dumps, loads
from invoice_shared.settings import read
from tests.unit.formatter.builders import EUR, TOKENS, line, rules, tree
from tests.unit.formatter.hierarchies import (
    CONSOLIDATING,
    CONTRACT,
    LISTED,
    PARENT,
    FakeAccounts,
    child,
)


def shown(*lines: dict[str, Any], force: bool = False, **changes: Any) -> dict[str, Any]:
    return preview(
        {"data": tree(*lines, **changes)}, rules(), read, FakeAccounts().ask, force=force
    ).tree()


@pytest.mark.parametrize(
    ("destination", "field"),
    [("netsuite", "externalId"), ("quickbooks_online", "DocNumber"), ("razorpay", "receipt")],
)
def test_the_payload_is_the_providers_own(destination: str, field: str) -> None:
    fields = {"netsuite_customer_id": "1042", "billing_destination": destination}

    told = shown(customer_custom_fields=fields)

    assert (told["result"], told["document"]["total"]) == ("created", "100.00")
    assert field in told["payload"]


@pytest.mark.parametrize(
    ("changes", "result", "stage", "code"),
    [
        pytest.param({"status": "DRAFT"}, "skipped", "formatter", "not-finalized", id="a skip"),
        pytest.param(
            {"customer_custom_fields": {}},
            "failed",
            "formatter",
            "customer-not-mapped",
            id="not mapped",
        ),
        pytest.param(
            {"line_items": "?"},
            "failed",
            "formatter",
            "invalid-invoice",
            id="not an invoice at all",
        ),
        pytest.param(
            {"credit_type": TOKENS}, "failed", "formatter", "unsupported-currency", id="no currency"
        ),
    ],
)
def test_an_invoice_that_would_not_be_sent_says_why(
    changes: dict[str, Any], result: str, stage: str, code: str
) -> None:
    told = shown(**changes)

    assert (told["result"], told["stage"], told["code"], told["payload"]) == (
        result,
        stage,
        code,
        None,
    )
    assert told["reason"]


def test_a_document_that_the_creator_would_refuse_is_still_shown() -> None:
    told = shown(line(100, credit_type=EUR), credit_type=EUR)

    assert (told["result"], told["stage"], told["code"]) == (
        "failed",
        "creator",
        "unsupported-currency",
    )
    assert told["document"]["currency"] == "EUR"


def test_force_ignores_that_it_is_already_synced() -> None:
    synced: dict[str, Any] = {"external_invoice": {"invoice_id": "77001"}}

    assert shown(**synced)["code"] == "already-synced"
    assert shown(**synced, force=True)["result"] == "created"


@pytest.mark.parametrize(
    ("accounts", "result", "code"),
    [
        pytest.param(
            FakeAccounts(child("SELF", "SEPARATE")),
            "failed",
            "payer-not-decided",
            id="contradiction",
        ),
        pytest.param(
            FakeAccounts(child("PARENT", "CONSOLIDATE"), LISTED),
            "skipped",
            "constituent-invoice",
            id="listed",
        ),
        pytest.param(
            FakeAccounts(child("PARENT", "CONSOLIDATE")),
            "failed",
            "payer-not-decided",
            id="not listed",
        ),
        pytest.param(
            FakeAccounts(child("PARENT", "SEPARATE")), "created", None, id="the payer is billed"
        ),
    ],
)
def test_hierarchies_are_decided_as_in_the_formatter(
    accounts: FakeAccounts, result: str, code: str | None
) -> None:
    invoice = tree(payer=PARENT, contract_id=CONTRACT)
    given = rules(metronome_invoices_types=CONSOLIDATING, hierarchy_billed_to="payer")

    seen = preview({"data": invoice}, given, read, accounts.ask, force=False)

    assert (seen.result, seen.code) == (result, code)


def run_on_file(
    directory: Path, invoice: dict[str, Any], *options: str
) -> subprocess.CompletedProcess[bytes]:
    file = directory / "invoice.json"
    file.write_bytes(dumps(invoice))
    env = {
        "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "netsuite_customer_id",
        "METRONOME_BILLING_PROVIDER_DESTINATION": "billing_destination",
        "METRONOME_BILLING_PROVIDER_ITEM_ID": "netsuite_item_id",
    }
    command = [
        str(Path(sys.executable).with_name("invoices")),
        "preview",
        "--file",
        str(file),
        *options,
    ]
    return subprocess.run(command, env=env, capture_output=True, check=False, timeout=60)


def test_a_file_is_previewed_without_any_call_and_with_the_providers_amounts(
    tmp_path: Path,
) -> None:
    done = run_on_file(tmp_path, tree(line("1999.6"), total=Decimal("1999.6")), "-o", "json")

    assert done.returncode == 0
    told = loads(done.stdout)
    assert (told["result"], told["document"]["total"]) == ("created", "20.00")
    assert b'"amount":20.00' in done.stdout


@pytest.mark.parametrize(
    ("changes", "options", "code", "said"),
    [
        pytest.param({}, (), 0, "It would be sent; NetSuite was not asked.", id="sent"),
        pytest.param(
            {"status": "DRAFT"},
            (),
            0,
            "It would be skipped (formatter, not-finalized): Its",
            id="skipped",
        ),
        pytest.param(
            {"status": "DRAFT"},
            ("--draft",),
            0,
            "It would be sent; NetSuite was not asked.",
            id="draft",
        ),
        pytest.param(
            {"customer_custom_fields": {}},
            (),
            1,
            "It would fail (formatter, customer-not",
            id="fails",
        ),
    ],
)
def test_the_last_line_promises_nothing_about_a_provider_that_was_not_asked(
    tmp_path: Path, changes: dict[str, Any], options: tuple[str, ...], code: int, said: str
) -> None:
    done = run_on_file(tmp_path, tree(**changes), *options)

    assert (done.returncode, done.stderr.decode().splitlines()[-1].startswith(said)) == (
        code,
        True,
    ), done.stderr
