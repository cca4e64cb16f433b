"""A client behind the real handler: the result of its answers, order and comparison included."""

from invoice_creator.decisions import DecisionBook
from invoice_creator.handler import InvoiceHandler
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.kafka.tasks import ALL_PHASES
from invoice_creator.scheduling.task import Task
from invoice_providers.base import BillingProvider, Found
from invoice_providers.connection import Connection
from invoice_providers.registry import provider_of
from invoice_shared.clock import Clock
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metrics import Metrics
from invoice_shared.resilience.circuit import CallSlot
from invoice_shared.settings import KafkaSettings
from tests.builders import record
from tests.fakes import FakePublisher
from tests.unit.creator.fakes import FakeWriteback

MAX_ATTEMPTS = 5


def settled(
    client: BillingProvider, document: FormattedInvoice, clock: Clock, *, is_repeat: bool = False
) -> Found:
    """Return the document that the creator's attempts end with; raise the error that one fails
    with.
    """
    metrics = Metrics()
    settlement = Settlement(FakePublisher(), KafkaSettings(), {}, metrics, clock)
    connections = {client.name: Connection(provider_of(client.name), client)}
    handler = InvoiceHandler(
        connections, DecisionBook(), FakeWriteback(), settlement, metrics, clock
    )
    task = Task(record(topic="formatted-invoices"), document, ALL_PHASES, is_repeat=is_repeat)
    for _ in range(MAX_ATTEMPTS):
        task.slot = CallSlot(task.lane, task.lane, opening=0, is_probe=False)
        error = handler.attempt(task)
        if error is not None:
            raise error
        if task.created is not None:
            return task.created
    raise AssertionError(f"still undecided after {MAX_ATTEMPTS} attempts: {task.doubt}")
