"""What does following the ledger cost, what the next question, and how fast are lists?

``alone`` fills a view without a broker: parsing and storing, then pages and sums.
``broker`` puts the records on a broker and runs the command line as an operator does.
A number behind it is how many ledger records, a million unless given.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from confluent_kafka import Producer

from bench.figures import spread
from bench.synthetic_ledger import Written, written
from invoice_operations.selection import Selection
from invoice_operations.view.entry import Entry
from invoice_operations.view.followed import Cluster, Marks, Topic
from invoice_operations.view.page import Page
from invoice_operations.view.span import Bounds
from invoice_operations.view.state_file import open_tables
from invoice_operations.view.view import View, unseen
from invoice_shared.kafka.client_config import producer_config
from invoice_shared.settings import KafkaSettings
from tests.builders import failure
from tests.fakes import START
from tests.support.broker import choose_broker
from tests.support.topics import Topics

RECORDS = 1_000_000
PARTITIONS = 12
BATCH = 2000
PAGE_ROWS = 500
ROUNDS = 20
MIB = 1024 * 1024
SETTINGS = KafkaSettings()


class Synthetic:
    """The topics of a cluster that never was.

    ``making`` is the CPU time that making the records took.
    """

    def __init__(self, records: int) -> None:
        self.making = 0.0
        self._records = records
        self._read: set[str] = set()

    def describe(self, names: Sequence[str]) -> Cluster:
        return Cluster("bench", {name: Topic("1", (0,)) for name in names})

    @contextmanager
    def connected(self) -> Iterator["Synthetic"]:
        yield self

    def marks(self, _topic: str, partitions: Sequence[int]) -> Marks:
        return dict.fromkeys(partitions, (0, 0))

    def entries(self, topic: str, _bounds: Mapping[int, Bounds]) -> Iterator[list[Entry]]:
        if topic in self._read or topic == SETTINGS.invoice_decisions_topic:
            return
        self._read.add(topic)
        is_errors, timestamp, offset = (
            topic == SETTINGS.invoice_errors_topic,
            int(START.timestamp() * 1000),
            0,
        )
        records = (record for record in written(self._records) if record.is_failure == is_errors)
        while True:
            began = time.process_time()
            batch: list[Entry] = []
            for record in islice(records, BATCH):
                offset += 1
                batch.append(Entry(0, offset, timestamp + offset, record.key, record.value))
            self.making += time.process_time() - began
            if not batch:
                return
            yield batch


def without_broker(records: int) -> None:
    """Print the cost of parsing and storing, and how long questions take."""
    with tempfile.TemporaryDirectory(prefix="invoice-bench-") as directory:
        topics = Synthetic(records)
        view = View(
            topics, SETTINGS, lambda *_: open_tables(Path(directory), "view.sqlite3", print), unseen
        )
        spent = cpu(view.refresh) - topics.making
        count = view.count(Selection())
        print(f"{records:,} ledger records and {count:,} failures: {spent:.1f} CPU s")
        print(f"file {size_of(Path(directory)):.0f} MiB, peak resident {peak():.0f} MiB")
        print(f"again, with nothing new: {cpu(view.refresh):.3f} CPU s")
        for name, chosen in {
            "open": Selection(state="open"),
            "open, of one code": Selection(state="open", codes=frozenset({failure().code})),
            "open, of nobody": Selection(state="open", customer_id="nobody"),
            "all": Selection(),
        }.items():
            middle = Page(PAGE_ROWS, count // 2)
            print(
                f"a page of {PAGE_ROWS} in the middle, {name}:"
                f" {timed(partial(view.failures, chosen, middle))}"
            )
        print(f"counts and sums, open: {timed(partial(view.groups, Selection(state='open')))}")


def cpu(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def timed(question: Callable[[], object]) -> str:
    """Return minimum, median and maximum of some rounds, in ms."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        question()
        took.append((time.perf_counter() - began) * 1000)
    return spread(took, " ms")


def on_broker(records: int) -> None:
    """Print what the command line costs with the records on a broker, compressed as the services do
    and not.
    """
    broker = choose_broker()
    try:
        broker.start()
        for compression in ("none", "gzip"):
            topics = Topics(broker.bootstrap_servers)
            topics.create(partitions=PARTITIONS)
            invoice_id = produce(topics, compression, records)
            print(f"{records:,} ledger records on {broker.name}, compression {compression}")
            ask(topics, invoice_id)
    finally:
        broker.stop()


def ask(topics: Topics, invoice_id: str) -> None:
    with tempfile.TemporaryDirectory(prefix="invoice-bench-") as directory:
        environment = topics.settings | {"INVOICES_STATE_DIR": directory, "PATH": os.defpath}
        for name, arguments in {
            "the first question": ("failures",),
            "the second": ("failures",),
            "--since 2h": ("failures", "--since", "2h"),
            "status of one invoice": ("status", invoice_id),
            "no question at all (--help)": ("failures", "--help"),
        }.items():
            print(f"{name}: {run(arguments, environment)}")
        print(f"file {size_of(Path(directory)):.0f} MiB")


def produce(topics: Topics, compression: str, records: int) -> str:
    """Put the records in, partitioned as the services do; return one invoice's id."""
    settings = KafkaSettings(kafka_bootstrap_servers=topics.bootstrap_servers)
    producer = Producer(producer_config(settings) | {"compression.type": compression})
    last = b""
    for record in written(records):
        put(
            producer,
            topics.name("invoice-errors" if record.is_failure else "invoice-outcomes"),
            record,
        )
        last = record.key
    producer.flush()
    return last.partition(b"#")[0].decode()


def put(producer: Producer, topic: str, record: Written) -> None:
    while True:
        try:
            producer.produce(topic, key=record.key, value=record.value)
            producer.poll(0)
            return
        except BufferError:
            producer.poll(0.1)


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run the command line; return its CPU time, its peak memory and how long it took."""
    command = [str(Path(sys.executable).with_name("invoices")), *arguments]
    began = time.monotonic()
    process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"{command} ended with {status}"
    spent, took = used.ru_utime + used.ru_stime, time.monotonic() - began
    return f"{spent:.2f} CPU s, peak resident {used.ru_maxrss / 1024:.0f} MiB, {took:.1f} s"


def size_of(directory: Path) -> float:
    return sum(file.stat().st_size for file in directory.iterdir()) / MIB


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    how, size = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else RECORDS
    {"alone": without_broker, "broker": on_broker}[how](size)
