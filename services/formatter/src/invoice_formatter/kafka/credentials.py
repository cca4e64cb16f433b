"""Our settings of TLS and SASL in faust's and aiokafka's form.

``invoice_shared.kafka`` does the same for the other client.
"""

from ssl import SSLContext
from typing import Any

from aiokafka.helpers import create_ssl_context  # type: ignore[import-untyped]
from faust import SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from invoice_shared.errors import StartupError
from invoice_shared.settings import KafkaSettings

Credentials = SASLCredentials | SSLCredentials


def broker_credentials(settings: KafkaSettings) -> Credentials | None:
    """Return faust's credentials, or ``None`` for a plain connection.

    Raises ``StartupError`` for an unusable certificate.
    """
    protocol = settings.kafka_security_protocol
    context = _ssl_context(settings) if protocol.endswith("SSL") else None
    if protocol.startswith("SASL"):
        return SASLCredentials(
            username=settings.kafka_sasl_username,
            password=settings.secret("kafka_sasl_password"),
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=context,
        )
    return SSLCredentials(context) if context else None


def aiokafka_arguments(settings: KafkaSettings) -> dict[str, Any]:
    """Return the arguments of an aiokafka client for the same broker."""
    return {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        **credentials_to_aiokafka_auth(broker_credentials(settings)),
    }


def _ssl_context(settings: KafkaSettings) -> SSLContext:
    try:
        context: SSLContext = create_ssl_context(
            cafile=settings.kafka_ssl_ca_location,
            certfile=settings.kafka_ssl_certificate_location,
            keyfile=settings.kafka_ssl_key_location,
        )
    except OSError as error:  # an SSLError is one
        raise StartupError(f"The files of KAFKA_SSL_…_LOCATION cannot be used: {error}.") from error
    return context
