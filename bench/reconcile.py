"""What does a reconciliation hold in memory, and what does it cost per invoice?

Without a broker and without Metronome.

A number behind it is how many ledger records, a million unless given: about half as many invoices.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from bench.synthetic_ledger import written
from bench.view import RECORDS, SETTINGS, Synthetic, cpu, peak
from invoice_cli.reconcile_report import show
from invoice_operations.asked_providers import nobody
from invoice_operations.reconcile.reconciler import Reconciler
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_operations.view.state_file import open_tables
from invoice_operations.view.view import View, unseen
from tests.fakes import START, FakeClock

PER_CUSTOMER = 100
THREADS = 4
CENTS = {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"}


class ManyCustomers:
    """Lists the invoices of the synthetic ledger.

    A customer's id is the list of its invoices: nothing is held.
    """

    def __init__(self, records: int) -> None:
        self._records = records

    def customer_ids(self) -> Iterator[str]:
        events = (each.key.decode() for each in written(self._records) if not each.is_failure)
        names = (name for name in events if "#" not in name)
        while page := list(islice(names, PER_CUSTOMER)):
            yield " ".join(page)

    def invoices_since(self, customer_id: str, _since: datetime) -> list[dict[str, Any]]:
        return [_listed(name) for name in customer_id.split()]


def _listed(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "customer_id": "customer",
        "status": "FINALIZED",
        "credit_type": CENTS,
        "total": Decimal(10000),
        "issued_at": (START - timedelta(hours=1)).isoformat(),
    }


def main(records: int) -> None:
    """Fill a view, then walk, and print what each took."""
    with tempfile.TemporaryDirectory(prefix="invoice-bench-") as directory:
        topics = Synthetic(records)
        view = View(
            topics, SETTINGS, lambda *_: open_tables(Path(directory), "view.sqlite3", print), unseen
        )
        view.refresh()
        print(f"{records:,} ledger records are followed: peak resident {peak():.0f} MiB")
        reconciler = Reconciler(
            ManyCustomers(records),
            view,
            lambda _ids: {},
            nobody(FakeClock()),
            lambda _outcome: None,
            ReconcileSettings(metronome_api_key="bench-key-of-nobody"),
            THREADS,
            START,
        )

        def walk() -> None:
            with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
                show(
                    reconciler.findings(Selection(since=START - timedelta(days=1)), lambda: None),
                    "json",
                )

        print(f"reconciled: {cpu(walk):.0f} CPU s, peak resident {peak():.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
