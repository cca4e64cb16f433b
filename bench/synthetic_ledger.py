"""A ledger and the failures beside it, as the services write them, of any size and the same each
time.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from invoice_shared.filing import failed_outcome, failure_key
from invoice_shared.ledger_key import DocumentId, LedgerKey
from invoice_shared.serde import to_bytes
from tests.builders import INVOICE_ID, failure, outcome

# The share of the invoices that fail and stay failed.
FAILED = 0.05
DOCUMENT = DocumentId("netsuite", "9001")


@dataclass(frozen=True, slots=True)
class Written:
    """A record to put on a topic. ``is_failure``: on the errors topic, else in the ledger."""

    key: bytes
    value: bytes
    is_failure: bool = False


def written(ledger_records: int, seed: int = 1) -> Iterator[Written]:
    """Yield the records of the ledger: of a created invoice its document and its event, of a
    failed one an event.

    Each failed one has its failure record before it. The values are those of one invoice with
    another id.
    """
    draw, ours = random.Random(seed), INVOICE_ID.encode()
    created = to_bytes(outcome())
    filed = failure(failure_id="0" * 64, failed_at=outcome().settled_at)
    entered = failed_outcome(filed, outcome(outcome="failed"))
    assert entered is not None
    assert failure_key(filed) == ours
    failure_value, failed = to_bytes(filed), to_bytes(entered)
    done = 0
    while done < ledger_records:
        invoice_id = str(uuid.UUID(int=draw.getrandbits(128)))
        name = invoice_id.encode()
        if draw.random() < FAILED:
            failure_id = f"{draw.getrandbits(256):064x}".encode()
            yield Written(name, _named(failure_value, name, failure_id), is_failure=True)
            yield Written(name, _named(failed, name, failure_id))
            done += 1
        else:
            value = created.replace(ours, name)
            yield Written(LedgerKey(invoice_id, DOCUMENT).encode(), value)
            yield Written(name, value)
            done += 2


def _named(value: bytes, invoice_id: bytes, failure_id: bytes) -> bytes:
    return value.replace(INVOICE_ID.encode(), invoice_id).replace(b"0" * 64, failure_id)
