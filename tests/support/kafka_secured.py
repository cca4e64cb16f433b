"""The real Apache Kafka once more, behind TLS and SASL: as a managed one is."""

import subprocess
from pathlib import Path

from tests.support.kafka_jars import JarsBroker

USER, PASSWORD = "connector", "connector-secret"
STORE_PASSWORD = "store-secret"

SECURED = """\
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
username="{user}" password="{password}" user_{user}="{password}";
ssl.keystore.type=PKCS12
ssl.keystore.location={keys}
ssl.keystore.password={store}
ssl.truststore.type=PKCS12
ssl.truststore.location={trusted}
ssl.truststore.password={store}
"""


class SecuredBroker(JarsBroker):
    """Listens with SASL_SSL alone; ``settings`` is what a client needs."""

    name = f"{JarsBroker.name}, SASL_SSL"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a client that may come in."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "PLAIN",
            "KAFKA_SASL_USERNAME": USER,
            "KAFKA_SASL_PASSWORD": PASSWORD,
            "KAFKA_SSL_CA_LOCATION": str(self._data / "ca.pem"),
        }

    def start(self) -> None:
        """Make a certificate, then start."""
        make_certificate(self._data)
        super().start()

    def _properties(self) -> str:
        secured = SECURED.format(
            user=USER,
            password=PASSWORD,
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
        )


def make_certificate(folder: Path) -> None:
    """Put ``keys.p12``, ``trusted.p12`` and ``ca.pem`` of a self-signed certificate for loopback into a folder."""
    keys, trusted, authority = folder / "keys.p12", folder / "trusted.p12", folder / "ca.pem"
    names = ["-dname", "CN=broker", "-ext", "san=ip:127.0.0.1,dns:localhost", "-ext", "bc:critical=ca:true"]
    usage = ["-ext", "ku:critical=keyCertSign,digitalSignature,keyEncipherment"]
    keytool("-genkeypair", "-alias", "broker", "-keyalg", "RSA", "-validity", "7", *names, *usage, store=keys)
    authority.write_text(keytool("-exportcert", "-rfc", "-alias", "broker", store=keys))
    keytool("-importcert", "-noprompt", "-alias", "ca", "-file", str(authority), store=trusted)


def keytool(*arguments: str, store: Path) -> str:
    """Run Java's keytool on a store; give what it prints."""
    command = ["keytool", *arguments, "-storetype", "PKCS12", "-keystore", str(store), "-storepass", STORE_PASSWORD]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
