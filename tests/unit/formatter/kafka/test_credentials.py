import ssl

import pytest
from pydantic import SecretStr

from invoice_formatter.kafka.credentials import aiokafka_arguments
from invoice_shared.errors import StartupError
from invoice_shared.settings import KafkaSettings


def test_a_plain_connection_needs_no_credentials() -> None:
    settings = KafkaSettings(kafka_bootstrap_servers="a:1,b:2")

    assert aiokafka_arguments(settings) == {
        "bootstrap_servers": "a:1,b:2",
        "security_protocol": "PLAINTEXT",
    }


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_sasl_works_with_and_without_tls(protocol: str, mechanism: str) -> None:
    settings = KafkaSettings.model_validate(
        {
            "kafka_security_protocol": protocol,
            "kafka_sasl_mechanism": mechanism,
            "kafka_sasl_username": "user",
            "kafka_sasl_password": SecretStr("secret"),
        }
    )

    arguments = aiokafka_arguments(settings)

    assert arguments["security_protocol"] == protocol
    assert arguments["sasl_mechanism"] == mechanism
    assert (arguments["sasl_plain_username"], arguments["sasl_plain_password"]) == (
        "user",
        "secret",
    )
    assert isinstance(arguments["ssl_context"], ssl.SSLContext) is (protocol == "SASL_SSL")


def test_tls_verifies_the_broker() -> None:
    arguments = aiokafka_arguments(KafkaSettings(kafka_security_protocol="SSL"))

    assert arguments["security_protocol"] == "SSL"
    assert arguments["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert arguments["ssl_context"].check_hostname


def test_an_unusable_certificate_is_reported_in_one_clear_sentence() -> None:
    settings = KafkaSettings(
        kafka_security_protocol="SSL", kafka_ssl_ca_location="/no/such/file.pem"
    )

    with pytest.raises(StartupError, match="KAFKA_SSL"):
        aiokafka_arguments(settings)
