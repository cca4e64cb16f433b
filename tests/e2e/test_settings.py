"""Wrong settings: one message that names all of them, exit code 2, no traceback, no secret."""

import socket

import pytest

from tests.support.services import StartService

pytestmark = pytest.mark.e2e

SECRET = "hush-4711-secret"
SECRETS = (
    "METRONOME_WEBHOOK_SECRET",
    "METRONOME_API_KEY",
    "NS_CONSUMER_SECRET",
    "KAFKA_SASL_PASSWORD",
)

QUICKBOOKS_IN_S3 = {
    "METRONOME_API_KEY": SECRET,
    "QBO_REALM_ID": "1",
    "QBO_CLIENT_ID": "2",
    "QBO_CLIENT_SECRET": SECRET,
    "QBO_TOKEN_STORE": "s3://bucket/tokens.json",
}
REQUIRED = {
    "invoice-webhook": ["METRONOME_WEBHOOK_SECRET"],
    "invoice-formatter": [
        "METRONOME_API_KEY",
        "METRONOME_BILLING_PROVIDER_CUSTOMER_ID",
        "METRONOME_BILLING_PROVIDER_DESTINATION",
        "METRONOME_BILLING_PROVIDER_ITEM_ID",
    ],
    "invoice-creator": ["METRONOME_API_KEY"],
}

MALFORMED = {
    "invoice-webhook": {
        "WEBHOOK_PORT": "eighty",
        "WEBHOOK_MAX_BODY_BYTES": "-1",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "LOG_FORMAT": "xml",
    },
    "invoice-formatter": {
        "METRONOME_INVOICES_TYPES": "USAGE",
        "ITEM_ID_BY_LINE_TYPE": "[]",
        "ZERO_TOTAL_INVOICES": "maybe",
        "DOCUMENT_DATE": "yesterday",
        "TOTALS_TOLERANCE": "little",
        "EXTRA_FIELDS": '{"memo": "{open"}',
        "FORMATTER_CONCURRENCY": "0",
    },
    "invoice-creator": {
        "CREATOR_DESTINATIONS": '["sap"]',
        "CREATOR_CONCURRENCY": "0",
        "NS_CURRENCY_IDS": "USD",
        "NS_ACCOUNT_ID": "1234567",
        "METRONOME_STATUS_WRITEBACK": "perhaps",
    },
    "invoice-error-sink": {
        "ERROR_SINK_MAX_RECORDS": "none",
        "ERROR_SINK_MAX_SECONDS": "-5",
        "OPS_PORT": "99999",
    },
}


@pytest.mark.parametrize("script", REQUIRED)
def test_without_its_settings_a_service_names_all_of_them_and_exits_2(
    start_service: StartService, script: str
) -> None:
    service = start_service(script, {})

    assert service.wait(30) == 2
    assert [name for name in REQUIRED[script] if name not in service.output()] == []
    assert_is_one_message(service.output())


@pytest.mark.parametrize("script", MALFORMED)
def test_all_malformed_settings_are_named_at_once_and_no_value_is_printed(
    start_service: StartService, script: str
) -> None:
    secrets = dict.fromkeys(SECRETS, SECRET)

    service = start_service(script, secrets | MALFORMED[script])

    assert service.wait(30) == 2
    expected = set(MALFORMED[script]) - {"KAFKA_SECURITY_PROTOCOL", "NS_ACCOUNT_ID"}
    assert sorted(name for name in expected if name not in service.output()) == []
    assert_is_one_message(service.output())


def test_a_partly_set_provider_is_refused_with_each_missing_setting(
    start_service: StartService,
) -> None:
    service = start_service(
        "invoice-creator",
        {"METRONOME_API_KEY": SECRET, "NS_ACCOUNT_ID": "1", "NS_TOKEN_SECRET": SECRET},
    )

    assert service.wait(30) == 2
    missing = ("NS_CONSUMER_KEY", "NS_CONSUMER_SECRET", "NS_TOKEN_ID")
    assert [name for name in missing if name not in service.output()] == []
    assert_is_one_message(service.output())


def test_a_taken_port_is_reported_and_ends_the_process(start_service: StartService) -> None:
    known = {"METRONOME_WEBHOOK_SECRET": SECRET, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        webhook = start_service(
            "invoice-webhook", known | {"WEBHOOK_PORT": str(taken.getsockname()[1])}
        )

        assert webhook.wait(30) == 2
    assert "WEBHOOK_PORT" in webhook.output()
    assert "Traceback" not in webhook.output()


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ("invoice-error-sink", {"AWS_ENDPOINT_URL_S3": "nowhere"}),
        ("invoice-creator", QUICKBOOKS_IN_S3 | {"AWS_ENDPOINT_URL_S3": "nowhere"}),
        ("invoice-error-sink", {"AWS_PROFILE": "nobody"}),
        ("invoice-webhook", {"KAFKA_BOOTSTRAP_SERVERS": "localhost:port"}),
        ("invoice-webhook", {"WEBHOOK_ACK_TIMEOUT_SECONDS": "inf"}),
    ],
)
def test_a_setting_that_a_client_library_cannot_use_is_reported_in_one_line(
    start_service: StartService, script: str, wrong: dict[str, str]
) -> None:
    service = start_service(
        script,
        {"METRONOME_WEBHOOK_SECRET": SECRET, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"} | wrong,
    )

    assert service.wait(30) == 2
    assert "annot start" in service.output()
    assert "Traceback" not in service.output()


def assert_is_one_message(output: str) -> None:
    assert output.count("Cannot start") == 1
    assert "Traceback" not in output
    assert SECRET not in output
