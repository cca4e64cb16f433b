import pytest
from confluent_kafka import KafkaError, KafkaException

from invoice_operations.broker_errors import broker_errors
from invoice_operations.errors import InvalidRequest
from invoice_operations.installation import Installation
from invoice_shared.errors import ConnectorError, CredentialsRefused, Unavailable
from invoice_shared.settings import AnySettings, KafkaSettings


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        (KafkaError.SASL_AUTHENTICATION_FAILED, CredentialsRefused),
        (KafkaError.INVALID_REPLICATION_FACTOR, InvalidRequest),
        (KafkaError._ALL_BROKERS_DOWN, Unavailable),
    ],
)
def test_each_error_of_the_kafka_client_is_translated(
    code: int, meant: type[ConnectorError]
) -> None:
    with pytest.raises(meant, match="It is so"), broker_errors():
        raise KafkaException(KafkaError(code, "It is so."))


def settings(settings_class: type[AnySettings]) -> AnySettings:
    return settings_class.model_validate(
        {"kafka_bootstrap_servers": "127.0.0.1:1", "kafka_ssl_ca_location": "/none"}
    )


def test_a_client_that_cannot_be_built_is_an_invalid_request() -> None:
    def with_tls(settings_class: type[AnySettings]) -> AnySettings:
        return settings(settings_class).model_copy(update={"kafka_security_protocol": "SSL"})

    installation = Installation(with_tls)

    assert isinstance(installation.kafka, KafkaSettings)
    with pytest.raises(InvalidRequest):
        installation.admin()
    with pytest.raises(InvalidRequest):
        installation.reader().ends("raw-invoices")
