"""Start the demo's processes: broker, S3 server, simulated systems and the four services."""

import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient

from invoice_operations.topics import apply, plan
from invoice_shared.kafka.client_config import common_config
from invoice_shared.serde import loads
from invoice_shared.settings import KafkaSettings
from invoice_simulators.parts.broker import start_broker
from invoice_simulators.parts.processes import ProcessGroup, free_port
from invoice_simulators.parts.s3 import ENVIRONMENT, start_s3

SERVICES = ("invoice-webhook", "invoice-formatter", "invoice-creator", "invoice-error-sink")
BUCKET = "metronome-invoices-errors"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class World:
    """The addresses of all processes.

    ``systems`` is what the simulators announced. ``ops`` maps a service to its ops URL.

    ``settings`` are the services' variables without their ports; empty if they run already.
    """

    bootstrap_servers: str
    s3_url: str
    systems: dict[str, Any]
    webhook_url: str
    ops: dict[str, str]
    kafka: KafkaSettings
    settings: Mapping[str, str] = field(default_factory=dict)


def start_parts(group: ProcessGroup) -> tuple[str, str, dict[str, Any]]:
    """Start what is not the connector; return the broker's address, the S3 URL and the systems."""
    simulators = group.start("simulators", [_script("invoice-simulators")], env={})
    broker = start_broker(group)
    s3_url = start_s3(group, (BUCKET,))
    group.wait_until(simulators, lambda: b"\n" in group.log_of(simulators).read_bytes())
    return broker, s3_url, loads(group.log_of(simulators).read_bytes().splitlines()[0])


def start_services(group: ProcessGroup, broker: str, s3_url: str, systems: dict[str, Any]) -> World:
    """Create the topics, start the four services and wait until each is ready."""
    kafka = KafkaSettings(kafka_bootstrap_servers=broker)
    apply(
        AdminClient(common_config(kafka)),
        plan(kafka, partitions=4, replication_factor=1, min_insync_replicas=1),
    )
    settings = _settings(broker, s3_url, systems)
    ops_ports = {name: free_port() for name in SERVICES}
    webhook_port = free_port()
    running = {}
    for name in SERVICES:
        ports = {"OPS_PORT": str(ops_ports[name]), "WEBHOOK_PORT": str(webhook_port)}
        running[name] = group.start(name, [_script(name)], env=settings | ports)
    ops = {name: f"http://{LOOPBACK}:{port}" for name, port in ops_ports.items()}
    for name, pid in running.items():
        group.wait_until_ready(pid, f"{ops[name]}/readyz")
    return World(
        broker,
        s3_url,
        systems,
        f"http://{LOOPBACK}:{webhook_port}/webhooks/metronome",
        ops,
        kafka,
        settings,
    )


def start_page(group: ProcessGroup, world: World, state: Path) -> tuple[str, str]:
    """Start the page and wait until it is ready; return its address and a password."""
    port, ops_port, password = free_port(), free_port(), secrets.token_urlsafe(9)
    own = {
        "CONSOLE_PORT": str(port),
        "OPS_PORT": str(ops_port),
        "CONSOLE_PASSWORD": password,
        "CONSOLE_INSECURE_COOKIES": "true",
        "INVOICES_STATE_DIR": str(state),
    }
    page = group.start("invoice-web", [_script("invoice-web")], env={**world.settings, **own})
    group.wait_until_ready(page, f"http://{LOOPBACK}:{ops_port}/readyz")
    return f"http://{LOOPBACK}:{port}", password


def _settings(broker: str, s3_url: str, systems: dict[str, Any]) -> dict[str, str]:
    metronome, netsuite = systems["metronome"], systems["netsuite"]
    return ENVIRONMENT | {
        "BIND_HOST": LOOPBACK,
        "KAFKA_BOOTSTRAP_SERVERS": broker,
        "AWS_ENDPOINT_URL_S3": s3_url,
        "LOG_ERRORS_BUCKET_NAME_S3": BUCKET,
        "ERROR_SINK_MAX_SECONDS": "2",
        "METRONOME_WEBHOOK_SECRET": metronome["webhook_secret"],
        "METRONOME_API_KEY": metronome["api_key"],
        "METRONOME_BASE_URL": metronome["url"],
        "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "billing_customer_id",
        "METRONOME_BILLING_PROVIDER_DESTINATION": "billing_destination",
        "METRONOME_BILLING_PROVIDER_ITEM_ID": "billing_item_id",
        "NS_ACCOUNT_ID": netsuite["account"],
        "NS_CONSUMER_KEY": netsuite["consumer_key"],
        "NS_CONSUMER_SECRET": netsuite["consumer_secret"],
        "NS_TOKEN_ID": netsuite["token_id"],
        "NS_TOKEN_SECRET": netsuite["token_secret"],
        "NS_BASE_URL": netsuite["url"],
        "NS_CURRENCY_IDS": '{"USD":"1","EUR":"4"}',
    }


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
