"""Terraform's variables of the Lambda sample become the overlay's ConfigMaps and Secrets."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from invoice_cli.commands.import_tfvars import import_tfvars
from invoice_cli.exits import CommandFailed
from invoice_cli.tfvars import parse_tfvars
from invoice_cli.tfvars_settings import import_variables
from invoice_shared.serde import loads

COMPLETE = """
# The Lambda sample, production
metronome_webhook_secret = "hook-1"
metronome_api_key        = "key-1"   // rotated yearly
metronome_billing_provider_customer_id = "netsuite_customer"
metronome_billing_provider_destination = "billing"
metronome_billing_provider_item_id     = "netsuite_item"
metronome_invoices_types = ["USAGE", "SCHEDULED"]
kafka_bootstrap_servers  = ["b-1:9096", "b-2:9096"]
billing_provider_retries = 3
ns_account_id     = "1234567"
ns_token_secret   = "token-1"
ns_currency_ids   = { USD = "1", "EUR" : "4" }
metronome_status_writeback = false
lambda_memory_size = 512 /* no such thing any more */
razorpay_apikey_id = null
qbo_realm_id = ""
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('"a \\"b\\" \\n ü"', 'a "b" \n ü', id="escapes"),
        pytest.param('"$${not_evaluated}"', "${not_evaluated}", id="an escaped template"),
        pytest.param("-0.50", Decimal("-0.50"), id="a number, digit for digit"),
        pytest.param("true", True, id="a boolean"),
        pytest.param("null", None, id="null"),
        pytest.param("[]", [], id="an empty list"),
        pytest.param('[\n  "a",\n  "b",\n]', ["a", "b"], id="a comma at the end"),
        pytest.param('{\n  a = 1\n  "b" = [true]\n}', {"a": Decimal(1), "b": [True]}, id="lines of an object"),
        pytest.param("<<-EOT\nline 1\nline 2\n  EOT", "line 1\nline 2", id="a heredoc"),
    ],
)
def test_a_value_is_read_as_terraform_writes_it(text: str, value: Any) -> None:
    assert parse_tfvars(f"name = {text}\n") == {"name": value}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = ", id="no value"),
        pytest.param("a = var.b", id="an expression"),
        pytest.param("= 1", id="no name"),
        pytest.param('a = ["b"', id="an open list"),
        pytest.param("a = {", id="an open object"),
        pytest.param("a = ?", id="no token"),
    ],
)
def test_what_is_no_literal_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(CommandFailed):
        parse_tfvars(text)


def test_no_message_quotes_what_may_be_a_secret() -> None:
    with pytest.raises(CommandFailed) as caught:
        parse_tfvars('ns_account_id = "1"\nns_token_secret "hunter2"\n')

    assert str(caught.value) == "Line 2: = is expected."


def test_each_variable_goes_where_the_overlay_keeps_it() -> None:
    imported = import_variables(parse_tfvars(COMPLETE))

    assert imported.config == {
        "settings": {
            "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "netsuite_customer",
            "METRONOME_BILLING_PROVIDER_DESTINATION": "billing",
            "METRONOME_BILLING_PROVIDER_ITEM_ID": "netsuite_item",
            "METRONOME_INVOICES_TYPES": '["USAGE","SCHEDULED"]',
            "KAFKA_BOOTSTRAP_SERVERS": "b-1:9096,b-2:9096",
            "BILLING_PROVIDER_RETRIES": "3",
            "METRONOME_STATUS_WRITEBACK": "false",
        },
        "netsuite": {"NS_ACCOUNT_ID": "1234567", "NS_CURRENCY_IDS": '{"USD":"1","EUR":"4"}'},
    }
    assert imported.secrets == {
        "metronome-webhook": {
            "METRONOME_WEBHOOK_SECRET": "hook-1",
            "METRONOME_WEBHOOK_SECRET_PREVIOUS": "hook-1",
        },
        "metronome-api": {"METRONOME_API_KEY": "key-1"},
        "netsuite": {"NS_TOKEN_SECRET": "token-1"},
    }


def test_an_address_is_taken_without_the_path_that_the_creator_appends() -> None:
    imported = import_variables({"qbo_base_url": "https://sandbox-quickbooks.api.intuit.com/v3"})

    assert imported.config["quickbooks-online"] == {"QBO_BASE_URL": "https://sandbox-quickbooks.api.intuit.com"}


def test_what_we_have_no_setting_for_and_what_is_still_missing_is_named() -> None:
    imported = import_variables({"lambda_memory_size": 512, "metronome_api_key": "key-1"})

    assert imported.unknown == ["lambda_memory_size"]
    assert "METRONOME_WEBHOOK_SECRET" in imported.missing
    assert "METRONOME_API_KEY" not in imported.missing


def test_the_files_are_written_and_nobody_else_may_read_the_secrets(tmp_path: Path) -> None:
    source = tmp_path / "prod.tfvars"
    source.write_text(COMPLETE)

    import_tfvars(source, tmp_path / "overlay")

    secrets = tmp_path / "overlay" / "secrets.json"
    assert (tmp_path / "overlay" / "netsuite.env").read_text().startswith("NS_ACCOUNT_ID=1234567\n")
    assert {item["metadata"]["name"] for item in loads(secrets.read_bytes())["items"]} == {
        "invoice-metronome-webhook",
        "invoice-metronome-api",
        "invoice-netsuite",
    }
    assert secrets.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_not_there_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="cannot be imported"):
        import_tfvars(tmp_path / "none.tfvars", tmp_path)
