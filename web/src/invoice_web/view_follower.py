"""Read the state of all invoices in the background, and report how old it is."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from invoice_operations.errors import NeedsAttention
from invoice_operations.installation import Installation
from invoice_operations.view.overview import waiting
from invoice_operations.view.view import View
from invoice_shared.errors import ConnectorError, Unavailable
from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.types import time_text
from invoice_web.snapshot import created_today, snapshot
from invoice_web.store import Store

log = get_logger(__name__)

FOLLOW_SECONDS = 3.0
# To ask the broker what waits costs more than to read new records: it is done every fifth round.
WAITING_EVERY = 5
# The pause between two counts of what was created today, as a multiple of one count's time.
REST = 20
CLUSTER, AS_OF = "cluster_id", "as_of"


class Progress:
    """Counts the records that were read."""

    def __init__(self) -> None:
        self.records = 0

    @contextmanager
    def __call__(self) -> Iterator[Callable[[int], object]]:
        """Yield a function that is called with the count of each batch."""
        yield self._add

    def _add(self, count: int) -> None:
        self.records += count


class Following:
    """Reads new records every few seconds, one reading at a time. Thread-safe.

    ``alive`` returns whether the event loop answers: only then does a reading count as progress.
    ``after`` is called after each reading that succeeded.
    """

    def __init__(
        self,
        installation: Installation,
        store: Store,
        health: Health,
        progress: Progress,
        alive: Callable[[], bool],
        after: Callable[[], object],
    ) -> None:
        self._installation = installation
        self._store = store
        self._health = health
        self._progress = progress
        self._alive = alive
        self._after = after
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._reading = threading.Lock()
        self._as_of: datetime | None = None
        self._seen: int | None = None
        self._facts: dict[str, Any] = {}
        self._aside: View | None = None
        self._created: dict[str, Any] = {}
        self._created_due = 0.0
        self._waiting: list[dict[str, Any]] = []
        self.problem: str | None = None

    def start(self) -> None:
        """Show the last known state, and follow the topics from now on."""
        self._health.missing("view", "the topics are being read for the first time")
        self._recall()
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    def stop(self) -> None:
        """Stop following."""
        self._stop.set()
        self._wake.set()

    def hurry(self) -> None:
        """Request a reading soon, without waiting for it."""
        self._wake.set()

    @property
    def view(self) -> View:
        """Return the state as it was read last. Raises ``Unavailable`` if nothing was read yet."""
        if self._as_of is None:
            why = self.problem or f"{self._progress.records:,} records so far"
            raise Unavailable(
                f"The topics are being read for the first time: {why}. Try again in a minute."
            )
        return self._installation.last_view

    def age(self) -> dict[str, Any]:
        """Return the time of the state, and its age."""
        as_of = self._as_of
        seconds = (
            None
            if as_of is None
            else max(0, round((self._installation.clock.now() - as_of).total_seconds()))
        )
        return {"as_of": as_of, "age_seconds": seconds}

    def overview(self) -> dict[str, Any]:
        """Return the last results of ``snapshot`` and of the broker.

        Raises ``Unavailable`` if nothing was read yet.
        """
        view = self.view
        if not self._facts:
            self._facts = snapshot(view)
        if not self._created:
            self._created = created_today(view, self._installation.clock.now())
        return self._facts | {"created_today": self._created, "waiting": self._waiting}

    def refresh(self) -> None:
        """Read new records now, so that the person who made a change sees it.

        Raises the clients' errors.
        """
        with self._reading:
            now = self._installation.clock.now()
            view = self._installation.view()
            seen = self._progress.records
            if seen != self._seen:
                self._facts, self._seen = snapshot(view), seen
            self._as_of, self.problem = now, None
            self._store.remember(**{CLUSTER: view.cluster_id or "", AS_OF: time_text(now)})

    def _recall(self) -> None:
        cluster_id, as_of = self._store.fact(CLUSTER), self._store.fact(AS_OF)
        if not cluster_id or not as_of:
            return
        try:
            self._installation.last_view.reopen(cluster_id)
        except NeedsAttention as error:
            log.warning("what was known at last cannot be shown", why=str(error))
        else:
            self._as_of = datetime.fromisoformat(as_of)

    def _follow(self) -> None:
        rounds = 0
        self._health.lag(1)
        while not self._stop.is_set():
            self._try(self._look_who_waits if rounds % WAITING_EVERY == 0 else self._nothing_more)
            rounds += 1
            self._wake.wait(FOLLOW_SECONDS)
            self._wake.clear()

    def _try(self, more: Callable[[], object]) -> None:
        try:
            self.refresh()
            self._count_created()
            more()
            self._after()
        except ConnectorError as error:
            self._note(str(error))
        except Exception:
            log.exception("the topics cannot be followed")
            self._note("an error of the page itself, see its log")
        else:
            self._health.present("view")
        if self._alive():
            self._health.progress()

    def _note(self, why: str) -> None:
        if self.problem != why:
            log.error("not followed", why=why)
        self.problem = why
        self._health.missing("view", why)

    def _count_created(self) -> None:
        """Count what was created today, with a separate connection that does not lock the view."""
        clock, view = self._installation.clock, self._installation.last_view
        if clock.monotonic() < self._created_due:
            return
        if self._aside is None or self._aside.cluster_id != view.cluster_id:
            self._aside = view.aside()
        began = clock.monotonic()
        self._created = created_today(self._aside, clock.now())
        self._created_due = clock.monotonic() + REST * (clock.monotonic() - began)

    def _look_who_waits(self) -> None:
        overview = self._installation.overview()
        found = waiting(overview.ends(), overview.committed())
        self._waiting = [
            {"topic": each.topic, "group": each.group, "waiting": each.lag} for each in found
        ]

    def _nothing_more(self) -> None:
        """Ask the broker nothing in this round."""
