"""Terraform's variables of the Lambda sample become the overlay's ConfigMaps and Secrets."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from invoice_cli.commands.import_tfvars import import_tfvars
from invoice_operations.errors import InvalidRequest
from invoice_operations.tfvars.parser import parse_tfvars
from invoice_operations.tfvars.settings import import_variables
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
kafka_security_protocol  = "SSL"
log_errors_bucket_name_s3 = "our-failures"
region                   = "eu-central-1"
billing_provider_retries = 3
ns_account_id      = "1234567"
ns_consumer_key    = "consumer-1"
ns_consumer_secret = "consumer-2"
ns_token_id        = "token-1"
ns_token_secret    = "token-2"
ns_invoice_custom_form_id       = "7"
ns_invoice_custom_form_ref_name = ""
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
    with pytest.raises(InvalidRequest):
        parse_tfvars(text)


def test_no_message_quotes_what_may_be_a_secret() -> None:
    with pytest.raises(InvalidRequest) as caught:
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
            "KAFKA_SECURITY_PROTOCOL": "SSL",
            "LOG_ERRORS_BUCKET_NAME_S3": "our-failures",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "BILLING_PROVIDER_RETRIES": "3",
            "METRONOME_STATUS_WRITEBACK": "false",
        },
        "netsuite": {
            "NS_ACCOUNT_ID": "1234567",
            "NS_INVOICE_CUSTOM_FORM_ID": "7",
            "NS_CURRENCY_IDS": '{"USD":"1","EUR":"4"}',
        },
        "quickbooks-online": {},
        "razorpay": {},
    }
    assert imported.secrets == {
        "invoice-metronome-webhook": {
            "METRONOME_WEBHOOK_SECRET": "hook-1",
            "METRONOME_WEBHOOK_SECRET_PREVIOUS": "hook-1",
        },
        "invoice-metronome-api": {"METRONOME_API_KEY": "key-1"},
        "invoice-netsuite": {
            "NS_CONSUMER_KEY": "consumer-1",
            "NS_CONSUMER_SECRET": "consumer-2",
            "NS_TOKEN_ID": "token-1",
            "NS_TOKEN_SECRET": "token-2",
        },
    }
    assert imported.missing == []


def test_an_address_is_taken_without_the_path_that_the_creator_appends() -> None:
    imported = import_variables({"qbo_base_url": "https://sandbox-quickbooks.api.intuit.com/v3"})

    assert imported.config["quickbooks-online"] == {"QBO_BASE_URL": "https://sandbox-quickbooks.api.intuit.com"}


def test_razorpays_key_lies_beside_its_secret_since_both_change_together() -> None:
    imported = import_variables({"razorpay_apikey_id": "rzp_live_1", "razorpay_apikey_secret": "two"})

    assert imported.secrets["invoice-razorpay"] == {
        "RAZORPAY_APIKEY_ID": "rzp_live_1",
        "RAZORPAY_APIKEY_SECRET": "two",
    }
    assert imported.config["razorpay"] == {}


def test_what_the_sample_leaves_to_its_own_defaults_is_taken_from_there() -> None:
    imported = import_variables({"ns_account_id": "1234567"})

    assert imported.defaults == {
        "AWS_DEFAULT_REGION": "us-west-2",
        "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "billing_provider_customer_id",
        "METRONOME_BILLING_PROVIDER_DESTINATION": "billing_provider_destination",
        "METRONOME_BILLING_PROVIDER_ITEM_ID": "billing_provider_item_id",
        "NS_INVOICE_CUSTOM_FORM_ID": "178",
        "NS_INVOICE_CUSTOM_FORM_REF_NAME": "Z -HM Invoice Form",
    }
    assert imported.defaults.items() <= {**imported.config["settings"], **imported.config["netsuite"]}.items()


def test_what_is_emptied_by_hand_stays_empty() -> None:
    imported = import_variables({"ns_account_id": "1234567", "ns_invoice_custom_form_id": ""})

    assert "NS_INVOICE_CUSTOM_FORM_ID" not in imported.config["netsuite"]


def test_what_we_have_no_setting_for_is_named() -> None:
    assert import_variables({"lambda_memory_size": 512}).unknown == ["lambda_memory_size"]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        pytest.param({"metronome_api_key": "key-1"}, {"METRONOME_WEBHOOK_SECRET"}, id="Metronome"),
        pytest.param(
            {},
            {
                "KAFKA_BOOTSTRAP_SERVERS",
                "KAFKA_SECURITY_PROTOCOL",
                "KAFKA_SASL_MECHANISM",
                "KAFKA_SASL_USERNAME",
                "KAFKA_SASL_PASSWORD",
                "LOG_ERRORS_BUCKET_NAME_S3",
            },
            id="what the sample does without",
        ),
        pytest.param({"ns_account_id": "1"}, {"NS_CONSUMER_KEY", "NS_TOKEN_SECRET"}, id="NetSuite, partly"),
        pytest.param({"ns_oauth_client_id": "1"}, {"NS_ACCOUNT_ID", "NS_OAUTH_PRIVATE_KEY"}, id="NetSuite by OAuth"),
        pytest.param({"qbo_client_id": "1"}, {"QBO_REALM_ID", "QBO_REFRESH_TOKEN", "QBO_TOKEN_STORE"}, id="QuickBooks"),
        pytest.param({"razorpay_apikey_id": "1"}, {"RAZORPAY_APIKEY_SECRET"}, id="Razorpay, partly"),
    ],
)
def test_what_is_still_missing_is_named(given: dict[str, Any], missing: set[str]) -> None:
    assert missing <= set(import_variables(given).missing)


@pytest.mark.parametrize(
    ("given", "prefixes"),
    [
        pytest.param({"kafka_security_protocol": "SSL"}, "KAFKA_SASL_", id="a broker without SASL"),
        pytest.param({"ns_oauth_client_id": "1"}, ("NS_CONSUMER_", "NS_TOKEN_"), id="the other way to log in"),
        pytest.param({"razorpay_apikey_secret": None}, ("NS_", "QBO_", "RAZORPAY_"), id="providers that are not used"),
    ],
)
def test_what_nobody_needs_is_not_missing(given: dict[str, Any], prefixes: str | tuple[str, ...]) -> None:
    assert [name for name in import_variables(given).missing if name.startswith(prefixes)] == []


def test_components_that_would_wait_for_a_secret_are_named() -> None:
    given = {"kafka_security_protocol": "SSL", "razorpay_apikey_id": "1"}

    assert import_variables(given).unused.keys() == {"external-secrets", "kafka-sasl", "netsuite", "quickbooks-online"}


def test_the_files_are_written_anew_and_nobody_else_may_read_the_secrets(tmp_path: Path) -> None:
    source, overlay = tmp_path / "prod.tfvars", tmp_path / "overlay"
    source.write_text(COMPLETE)
    overlay.mkdir()
    (overlay / "razorpay.env").write_text("RAZORPAY_BASE_URL=https://example.com\n")

    import_tfvars(source, overlay)

    secrets = overlay / "secrets.json"
    assert (overlay / "netsuite.env").read_text().startswith("NS_ACCOUNT_ID=1234567\n")
    assert (overlay / "razorpay.env").read_text() == ""
    assert {item["metadata"]["name"] for item in loads(secrets.read_bytes())["items"]} == {
        "invoice-metronome-webhook",
        "invoice-metronome-api",
        "invoice-netsuite",
    }
    assert secrets.stat().st_mode & 0o777 == 0o600


def test_it_says_what_a_person_has_to_do_and_ends_with_1_until_that_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "prod.tfvars"
    source.write_text(COMPLETE.replace('metronome_api_key        = "key-1"', ""))

    with pytest.raises(SystemExit) as ended:
        import_tfvars(source, tmp_path)

    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1
    assert "left out: lambda_memory_size (the connector has no such setting)" in said
    assert "drop from kustomization.yaml: ../../components/external-secrets (secrets.json takes its place)" in said
    assert "still to set: METRONOME_API_KEY (Secret invoice-metronome-api)" in said


def test_a_file_that_is_not_there_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be imported"):
        import_tfvars(tmp_path / "none.tfvars", tmp_path)


def test_json_that_holds_no_variables_ends_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "prod.tfvars.json"
    file.write_text("[1]")

    with pytest.raises(InvalidRequest, match="not a JSON object of variables"):
        import_tfvars(file, tmp_path)


def test_a_folder_that_cannot_be_written_ends_in_a_sentence(tmp_path: Path) -> None:
    source = tmp_path / "prod.tfvars"
    source.write_text(COMPLETE)

    with pytest.raises(InvalidRequest, match="cannot be written"):
        import_tfvars(source, source)
