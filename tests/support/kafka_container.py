"""A real Apache Kafka as a container, if a Docker engine answers."""

import shutil
import subprocess

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from tests.support.ports import LOOPBACK, free_port, is_listening
from tests.support.waiting import eventually

IMAGE = "apache/kafka:4.1.0"

SETTINGS = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_MESSAGE_MAX_BYTES": "10485760",
}


class ContainerBroker:
    """A broker on a fixed loopback port, so that it returns to the same one."""

    name = f"{IMAGE} in a container"
    is_real = True

    def __init__(self) -> None:
        self._port = free_port()
        self.bootstrap_servers = f"{LOOPBACK}:{self._port}"
        advertised = {"KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{self.bootstrap_servers}"}
        self._container = (
            DockerContainer(IMAGE)
            .with_bind_ports("9092/tcp", self._port)
            .with_envs(**SETTINGS, **advertised)
        )

    @staticmethod
    def is_available() -> bool:
        """Whether an engine answers and has, or can pull, the images: Kafka's and testcontainers'
        own cleaner.
        """
        cleaner = [] if testcontainers_config.ryuk_disabled else [testcontainers_config.ryuk_image]
        return _succeeds("info") and all(_has(image) for image in [IMAGE, *cleaner])

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._container.start()
        self._wait_until_up()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._container.get_wrapped_container().kill()

    def restart(self) -> None:
        """Start again on the same port with the same data."""
        self._container.get_wrapped_container().restart(timeout=5)
        self._wait_until_up()

    def stop(self) -> None:
        """Remove it with its data."""
        self._container.stop()

    def _wait_until_up(self) -> None:
        # The engine's own port proxy listens before Kafka does, so wait for Kafka itself.
        eventually(
            lambda: (
                is_listening(self._port)
                and b"Kafka Server started" in self._container.get_logs()[0]
            ),
            timeout=90,
        )


def _has(image: str) -> bool:
    return _succeeds("image", "inspect", image) or _succeeds("pull", "-q", image, timeout=240)


def _succeeds(*arguments: str, timeout: float = 20) -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        return (
            subprocess.run(
                ["docker", *arguments], check=False, capture_output=True, timeout=timeout
            ).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False
