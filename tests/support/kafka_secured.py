"""The real Apache Kafka behind TLS and SASL, like a managed one."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import KafkaSettings
from tests.support.kafka_jars import JarsBroker

USER = "connector"
PASSWORD = "connector-secret"
ADMIN = "admin"
STORE_PASSWORD = "store-secret"
# What the formatter needs to start besides Kafka's settings; it reaches its group without a
# Metronome.
FORMATTER = {
    "METRONOME_API_KEY": "key",
    "METRONOME_BASE_URL": "http://127.0.0.1:1",
    "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "c",
    "METRONOME_BILLING_PROVIDER_DESTINATION": "d",
    "METRONOME_BILLING_PROVIDER_ITEM_ID": "i",
}

SECURED = """\
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required \
username="{admin}" password="{store}" user_{admin}="{store}" user_{user}="{password}";
ssl.keystore.type=PKCS12
ssl.keystore.location={keys}
ssl.keystore.password={store}
ssl.truststore.type=PKCS12
ssl.truststore.location={trusted}
ssl.truststore.password={store}
"""
AUTHORIZED = """\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{admin};User:ANONYMOUS
"""


class SecuredBroker(JarsBroker):
    """Listens only with SASL_SSL; ``settings`` is what a client needs.

    With ``authorizes`` the connector may do what ``allow`` says and nothing else; the administrator
    may do everything.
    """

    name = f"{JarsBroker.name}, SASL_SSL"

    def __init__(self, *, authorizes: bool = False) -> None:
        super().__init__()
        self._authorizes = authorizes
        self.password = PASSWORD

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment of a client with access."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "PLAIN",
            "KAFKA_SASL_USERNAME": USER,
            "KAFKA_SASL_PASSWORD": self.password,
            "KAFKA_SSL_CA_LOCATION": str(self._data / "ca.pem"),
        }

    def admin(self) -> AdminClient:
        """Return a client that may do everything."""
        given = self.settings | {
            "KAFKA_SASL_USERNAME": ADMIN,
            "KAFKA_SASL_PASSWORD": STORE_PASSWORD,
        }
        return AdminClient(common_config(settings_of(given)))

    def allow(self, kind: ResourceType, name: str, operation: AclOperation) -> None:
        """Allow the connector an operation from now on."""
        admin = self.admin()
        for done in admin.create_acls([_rule(kind, name, operation)]).values():
            done.result(30)

    def rotate(self, password: str) -> None:
        """Change the password of the connector, and restart the broker with it."""
        self.kill()
        self._config.write_text(self._config.read_text().replace(self.password, password))
        self.password = password
        self._start_process()

    def start(self) -> None:
        """Make a certificate, then start."""
        make_certificate(self._data)
        super().start()

    def _properties(self) -> str:
        secured = SECURED.format(
            admin=ADMIN,
            user=USER,
            password=self.password,
            store=STORE_PASSWORD,
            keys=self._data / "keys.p12",
            trusted=self._data / "trusted.p12",
        )
        return (
            super()
            ._properties()
            .replace("PLAINTEXT://", "SASL_SSL://")
            .replace("PLAINTEXT:PLAINTEXT", "SASL_SSL:SASL_SSL")
            .replace("CONTROLLER:SASL_SSL:SASL_SSL", "CONTROLLER:PLAINTEXT")
            + secured
            + (AUTHORIZED.format(admin=ADMIN) if self._authorizes else "")
        )


def settings_of(environment: Mapping[str, str]) -> KafkaSettings:
    """Return the settings of a client with this environment."""
    return KafkaSettings(**{name.lower(): value for name, value in environment.items()})  # type: ignore[arg-type]


def _rule(kind: ResourceType, name: str, operation: AclOperation) -> AclBinding:
    return AclBinding(
        kind,
        name,
        ResourcePatternType.LITERAL,
        f"User:{USER}",
        "*",
        operation,
        AclPermissionType.ALLOW,
    )


def make_certificate(folder: Path) -> None:
    """Write ``keys.p12``, ``trusted.p12`` and ``ca.pem`` of a self-signed loopback certificate to a
    folder.
    """
    keys = folder / "keys.p12"
    trusted = folder / "trusted.p12"
    authority = folder / "ca.pem"
    names = [
        "-dname",
        "CN=broker",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-ext",
        "bc:critical=ca:true",
    ]
    usage = ["-ext", "ku:critical=keyCertSign,digitalSignature,keyEncipherment"]
    keytool(
        "-genkeypair",
        "-alias",
        "broker",
        "-keyalg",
        "RSA",
        "-validity",
        "7",
        *names,
        *usage,
        store=keys,
    )
    authority.write_text(keytool("-exportcert", "-rfc", "-alias", "broker", store=keys))
    keytool("-importcert", "-noprompt", "-alias", "ca", "-file", str(authority), store=trusted)


def keytool(*arguments: str, store: Path) -> str:
    """Run Java's keytool on a store, and return what it prints."""
    command = [
        "keytool",
        *arguments,
        "-storetype",
        "PKCS12",
        "-keystore",
        str(store),
        "-storepass",
        STORE_PASSWORD,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
