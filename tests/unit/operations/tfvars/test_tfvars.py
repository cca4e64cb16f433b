"""Terraform's variables of the Lambda sample become the ConfigMaps and Secrets of the overlay."""

from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_cli.commands.import_tfvars import import_tfvars
from invoice_operations.errors import InvalidRequest
from invoice_operations.tfvars.overlay import import_file
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
        pytest.param('[\n  "a",\n  "b",\n]', ["a", "b"], id="a trailing comma"),
        pytest.param(
            '{\n  a = 1\n  "b" = [true]\n}',
            {"a": Decimal(1), "b": [True]},
            id="an object on several lines",
        ),
        pytest.param("<<EOT\n  line 1\nline 2 EOT\n  EOT", "  line 1\nline 2 EOT", id="a heredoc"),
        pytest.param(
            "<<-EOT\n    line 1\n      line 2\n  EOT",
            "line 1\n  line 2",
            id="a heredoc with indents",
        ),
        pytest.param("<<EOT\nEOT", "", id="an empty heredoc"),
        pytest.param(
            "<<EOT\r\nline 1\r\nline 2\r\nEOT\r", "line 1\nline 2", id="a heredoc from Windows"
        ),
        pytest.param('"\\u00fc \\U0001F600 %%{"', "ü \U0001f600 %{", id="characters by number"),
    ],
)
def test_a_value_is_read_as_terraform_writes_it(text: str, value: Any) -> None:
    assert parse_tfvars(f"name = {text}\n") == {"name": value}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a = 1\nb = ", "Line 2: the file ends in the middle", id="no value"),
        pytest.param("a = var.b", "Line 1: a literal value", id="an expression"),
        pytest.param("\n= 1", "Line 2: a name", id="no name"),
        pytest.param('a = ["b"', "Line 1: the file ends", id="an open list"),
        pytest.param("a = {\n", "Line 2: the file ends", id="an open object"),
        pytest.param("a = ?", "Line 1: this is not valid", id="not a token"),
        pytest.param(
            'a = "secret\nb = "1"', "Line 1: a quoted text does not end", id="an open quote"
        ),
        pytest.param(
            'a = 1\nb = "\\', "Line 2: a quoted text does not end", id="a backslash at the end"
        ),
        pytest.param("a = <<EOT\nsecret\n", "Line 1: a heredoc has no end", id="an open heredoc"),
        pytest.param("a = 1\n/* secret", "Line 2: a comment has no end", id="an open comment"),
        pytest.param('a = "\\q"', "Line 1: a backslash", id="not an escape"),
        pytest.param('a = "\\u12"', "Line 1: a backslash", id="half an escape"),
        pytest.param('a = "\\ud800"', "Line 1: a backslash", id="half a surrogate pair"),
        pytest.param('a = "\\UFFFFFFFF"', "Line 1: a backslash", id="not a character"),
        pytest.param('a = "${var.secret}"', "Line 1: templates", id="a template"),
        pytest.param(
            "a = <<EOT\n%{ if true }\nEOT", "Line 1: templates", id="a template in a heredoc"
        ),
        pytest.param(
            "a = 1\nb = 1\na = 2", "Line 3: the variable a is set twice", id="given twice"
        ),
        pytest.param("a = 1e99999999999999999999", "Line 1: a number", id="an endless number"),
        pytest.param(
            "a = " + "[" * 100_000, "Line 1: lists and objects are nested", id="deep nesting"
        ),
        pytest.param(
            "a = " + "{b=" * 100_000, "Line 1: lists and objects are nested", id="deep objects"
        ),
    ],
)
def test_an_invalid_literal_is_refused_with_its_line_but_not_quoted(text: str, said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_tfvars(text)

    assert str(caught.value).startswith(said)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        pytest.param(
            {"ns_account_id": "1\nNS_BASE_URL=x"},
            "ns_account_id contains a line break",
            id="a line break",
        ),
        pytest.param(
            {"kafka_bootstrap_servers": ["a:1\nX=1"]},
            "kafka_bootstrap_servers",
            id="a line break in a list",
        ),
        pytest.param({"region": "eu\rX=1"}, "aws_default_region", id="a carriage return"),
        pytest.param({"region": "eu\x00"}, "aws_default_region", id="a null byte"),
        pytest.param({"region": "\ud800"}, "half a character", id="half a surrogate pair"),
        pytest.param(
            {"metronome_api_key": ["a"]}, "metronome_api_key is a secret", id="a list of secrets"
        ),
        pytest.param(
            {"metronome_api_key": "\ud800"},
            "half a character",
            id="a secret with half a surrogate pair",
        ),
        pytest.param(
            {"billing_provider_retries": Decimal("1e999999999")},
            "more than 100 digits",
            id="a huge number",
        ),
    ],
)
def test_a_value_that_cannot_be_a_setting_is_refused(variables: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        import_variables(variables)


def test_a_key_of_several_lines_stays_one_value_in_its_secret() -> None:
    imported = import_variables({"ns_oauth_private_key": "-----BEGIN\nNS_BASE_URL=x\n-----END"})

    assert imported.secrets["invoice-netsuite"] == {
        "NS_OAUTH_PRIVATE_KEY": "-----BEGIN\nNS_BASE_URL=x\n-----END"
    }


def test_a_number_is_written_out() -> None:
    imported = import_variables({"billing_provider_retries": Decimal("1E+1")})

    assert imported.config["settings"]["BILLING_PROVIDER_RETRIES"] == "10"


def test_no_message_quotes_a_possible_secret() -> None:
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


def test_an_address_loses_the_path_that_the_creator_appends() -> None:
    imported = import_variables({"qbo_base_url": "https://sandbox-quickbooks.api.intuit.com/v3"})

    assert imported.config["quickbooks-online"] == {
        "QBO_BASE_URL": "https://sandbox-quickbooks.api.intuit.com"
    }


def test_razorpays_key_is_kept_beside_its_secret_since_both_change_together() -> None:
    imported = import_variables(
        {"razorpay_apikey_id": "rzp_live_1", "razorpay_apikey_secret": "two"}
    )

    assert imported.secrets["invoice-razorpay"] == {
        "RAZORPAY_APIKEY_ID": "rzp_live_1",
        "RAZORPAY_APIKEY_SECRET": "two",
    }
    assert imported.config["razorpay"] == {}


def test_defaults_of_the_sample_are_taken_over() -> None:
    imported = import_variables({"ns_account_id": "1234567"})

    assert imported.defaults == {
        "AWS_DEFAULT_REGION": "us-west-2",
        "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "billing_provider_customer_id",
        "METRONOME_BILLING_PROVIDER_DESTINATION": "billing_provider_destination",
        "METRONOME_BILLING_PROVIDER_ITEM_ID": "billing_provider_item_id",
        "NS_INVOICE_CUSTOM_FORM_ID": "178",
        "NS_INVOICE_CUSTOM_FORM_REF_NAME": "Z -HM Invoice Form",
    }
    assert (
        imported.defaults.items()
        <= {**imported.config["settings"], **imported.config["netsuite"]}.items()
    )


def test_a_variable_that_is_set_to_nothing_stays_empty() -> None:
    imported = import_variables({"ns_account_id": "1234567", "ns_invoice_custom_form_id": ""})

    assert "NS_INVOICE_CUSTOM_FORM_ID" not in imported.config["netsuite"]


def test_a_variable_without_a_setting_is_named() -> None:
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
            id="settings that the sample does not have",
        ),
        pytest.param(
            {"ns_account_id": "1"}, {"NS_CONSUMER_KEY", "NS_TOKEN_SECRET"}, id="NetSuite, partly"
        ),
        pytest.param(
            {"ns_oauth_client_id": "1"},
            {"NS_ACCOUNT_ID", "NS_OAUTH_PRIVATE_KEY"},
            id="NetSuite by OAuth",
        ),
        pytest.param(
            {"qbo_client_id": "1"},
            {"QBO_REALM_ID", "QBO_REFRESH_TOKEN", "QBO_TOKEN_STORE"},
            id="QuickBooks",
        ),
        pytest.param(
            {"razorpay_apikey_id": "1"}, {"RAZORPAY_APIKEY_SECRET"}, id="Razorpay, partly"
        ),
    ],
)
def test_missing_settings_are_named(given: dict[str, Any], missing: set[str]) -> None:
    assert missing <= set(import_variables(given).missing)


@pytest.mark.parametrize(
    ("given", "prefixes"),
    [
        pytest.param({"kafka_security_protocol": "SSL"}, "KAFKA_SASL_", id="a broker without SASL"),
        pytest.param(
            {"ns_oauth_client_id": "1"},
            ("NS_CONSUMER_", "NS_TOKEN_"),
            id="the other way of logging in",
        ),
        pytest.param(
            {"razorpay_apikey_secret": None},
            ("NS_", "QBO_", "RAZORPAY_"),
            id="providers that are not used",
        ),
    ],
)
def test_a_setting_that_is_not_needed_is_not_missing(
    given: dict[str, Any], prefixes: str | tuple[str, ...]
) -> None:
    assert [name for name in import_variables(given).missing if name.startswith(prefixes)] == []


def test_components_that_need_a_secret_are_named() -> None:
    given = {"kafka_security_protocol": "SSL", "razorpay_apikey_id": "1"}

    assert import_variables(given).unused.keys() == {
        "external-secrets",
        "kafka-sasl",
        "netsuite",
        "quickbooks-online",
    }


def test_the_files_are_replaced_and_only_the_owner_may_read_the_secrets(tmp_path: Path) -> None:
    source = tmp_path / "prod.tfvars"
    overlay = tmp_path / "overlay"
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


def test_it_says_what_a_person_has_to_do_and_exits_with_1_until_that_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "prod.tfvars"
    source.write_text(COMPLETE.replace('metronome_api_key        = "key-1"', ""))

    with pytest.raises(SystemExit) as ended:
        import_tfvars(source, tmp_path)

    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1
    assert "left out: lambda_memory_size (the connector has no such setting)" in said
    assert (
        "drop from kustomization.yaml: ../../components/external-secrets (secrets.json replaces it)"
        in said
    )
    assert "still to set: METRONOME_API_KEY (Secret invoice-metronome-api)" in said


def test_a_missing_file_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be imported"):
        import_tfvars(tmp_path / "none.tfvars", tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("a.tfvars.json", b"[1]", "not a JSON object of variables", id="a list"),
        pytest.param("a.tfvars.json", b"{}", "contains no variables", id="no variables"),
        pytest.param("a.tfvars.json", b"", "line 1", id="empty JSON"),
        pytest.param("a.tfvars.json", b'{"a":\n"b', "line 2", id="truncated JSON"),
        pytest.param("a.tfvars.json", b"[" * 100_000, "nested too deep", id="deep JSON"),
        pytest.param(
            "a.tfvars.json",
            b'{"a": 1e99999999999999999999}',
            "out of range",
            id="an endless number",
        ),
        pytest.param("a.tfvars", b"", "contains no variables", id="empty"),
        pytest.param("a.tfvars", b"# nothing\n", "contains no variables", id="only comments"),
        pytest.param("a.tfvars", b"a = 1\n\xff\xfe", "Line 2: this is not UTF-8", id="binary"),
        pytest.param(
            "a.tfvars", "a = 1".encode("utf-16"), "Line 1: this is not UTF-8", id="UTF-16"
        ),
        pytest.param("a.tfvars", bytes(1000), "Line 1: this is not valid", id="zeros"),
    ],
)
def test_a_file_without_variables_is_reported_in_a_sentence_and_nothing_is_written(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    file = tmp_path / name
    overlay = tmp_path / "overlay"
    file.write_bytes(content)

    with pytest.raises(InvalidRequest, match=said):
        import_tfvars(file, overlay)

    assert not overlay.exists()


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.tfvars").write_bytes(b'\xef\xbb\xbfregion = "eu-1"\r\n')
    (tmp_path / "a.tfvars.json").write_bytes(b'\xef\xbb\xbf{"region": "eu-1"}')

    imported = [import_file(tmp_path / name) for name in ("a.tfvars", "a.tfvars.json")]

    assert {each.config["settings"]["AWS_DEFAULT_REGION"] for each in imported} == {"eu-1"}


@given(st.text(alphabet='ab=:,[]{}"\\\n<-EOT #/*$%u0 \x00', max_size=60))
def test_no_input_ends_in_a_traceback(text: str) -> None:
    with suppress(InvalidRequest):
        import_variables(parse_tfvars(text))


def test_a_read_only_folder_is_reported_in_a_sentence(tmp_path: Path) -> None:
    source = tmp_path / "prod.tfvars"
    source.write_text(COMPLETE)

    with pytest.raises(InvalidRequest, match="cannot be written"):
        import_tfvars(source, source)
