"""Judge the invoices of a period, several customers in parallel."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, Protocol

from invoice_formatter.mapping.rules import MappingRules
from invoice_operations.errors import InvalidRequest
from invoice_operations.giving_up import GivingUp
from invoice_operations.preview.drafts import as_finalized
from invoice_operations.readiness.judge import Accounts, Judge
from invoice_operations.readiness.judged import Judged
from invoice_operations.readiness.presences import AsksProviders, Presences
from invoice_operations.selection import Selection
from invoice_operations.settings import MappingSettings, ReadsSettings
from invoice_operations.walk import in_parallel
from invoice_shared.clock import Clock
from invoice_shared.errors import Rejected, Unavailable
from invoice_shared.metronome.questions import Question
from invoice_shared.serde import text_of


class ReadsMetronome(Protocol):
    """See ``metronome_reader.MetronomeReader``."""

    def customer_ids(self) -> Iterator[str]:
        """Yield every customer, including archived ones."""

    def invoices_since(self, customer_id: str, since: datetime) -> Iterable[dict[str, Any]]:
        """Return a customer's invoices issued since a time."""

    def drafts(self, customer_id: str) -> Iterable[dict[str, Any]]:
        """Return a customer's drafts."""

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return Metronome's answer for one invoice."""

    def ask(self, question: Question) -> Any:
        """Return Metronome's answer to a question."""


class ReadinessClients(Protocol):
    """The clients for this; see ``installation.Installation``. Does not need the broker."""

    @property
    def settings(self) -> ReadsSettings:
        """Reads a block of settings."""

    @property
    def clock(self) -> Clock:
        """The clock."""

    def metronome(self, per_second: float | None = None) -> ReadsMetronome:
        """Return a reader of Metronome."""

    def providers(self, per_second: float | None = None) -> AsksProviders:
        """Return the billing systems that are set up here."""


@dataclass(frozen=True, slots=True)
class ReadinessRequest:
    """``chosen`` is a period, and optionally a customer.

    ``per_second`` limits the calls to Metronome and to the providers, which are only asked for
    customers and items if ``ask_providers`` is set.
    """

    chosen: Selection
    per_second: float | None = None
    concurrency: int = 4
    ask_providers: bool = False


def readiness(
    request: ReadinessRequest, clients: ReadinessClients, walked: Callable[[], object]
) -> Iterator[Judged]:
    """Return the judgement of each invoice issued since a time, and of each draft. Read-only.

    ``walked`` is called per customer. An error about one customer or invoice is in its own
    judgement. Raises ``InvalidRequest``, ``InvalidSettings``, and errors that affect all: no list
    of customers, refused credentials.
    """
    since, now = _since(request.chosen, clients.clock.now()), clients.clock.now()
    rules, metronome = clients.settings(MappingSettings), clients.metronome(request.per_second)
    look = _Look(metronome, rules, Accounts(clients.settings), since, now)
    asked = request.chosen.customer_id
    customers = metronome.customer_ids() if asked is None else [asked]
    found = _walked(in_parallel(look.customer, customers, request.concurrency), walked)
    if request.ask_providers:
        return Presences(clients.providers(request.per_second)).judged(found)
    return chain.from_iterable(found)


def _walked(found: Iterable[list[Judged]], walked: Callable[[], object]) -> Iterator[list[Judged]]:
    for of_customer in found:
        walked()
        yield of_customer


@dataclass(slots=True)
class _Look:
    metronome: ReadsMetronome
    rules: MappingRules
    accounts: Accounts
    since: datetime
    now: datetime
    _patience: GivingUp = field(default_factory=lambda: GivingUp("Metronome"))

    def customer(self, customer_id: str) -> list[Judged]:
        try:
            listed = self._patience.call(lambda: self._listed(customer_id))
        except (Unavailable, Rejected) as error:
            return [
                _unknown(customer_id, None, f"Its invoices could not be listed: {error.reason}")
            ]
        return [self._invoice(customer_id, invoice_id) for invoice_id in listed]

    def _listed(self, customer_id: str) -> list[str]:
        """Return the ids of final invoices and of drafts.

        An invoice finalized meanwhile is in both lists.

        Each invoice is then read by itself, because Metronome's documentation contradicts itself on
        whether lists are complete.
        """
        listed = (
            *self.metronome.drafts(customer_id),
            *self.metronome.invoices_since(customer_id, self.since),
        )
        named = (text_of(each, "id") for each in listed if each.get("status") != "VOID")
        return list(dict.fromkeys(filter(None, named)))

    def _invoice(self, customer_id: str, invoice_id: str) -> Judged:
        try:
            answer = self._patience.call(lambda: self.metronome.invoice(customer_id, invoice_id))
            return self._judged(customer_id, invoice_id, answer)
        except (Unavailable, Rejected) as error:
            return _unknown(customer_id, invoice_id, error.reason)

    def _judged(self, customer_id: str, invoice_id: str, answer: Any) -> Judged:
        judge = Judge(self.rules, self.accounts, self._ask)
        judged = judge.judge(customer_id, invoice_id, as_finalized(answer, self.rules, self.now))
        invoice = answer.get("data") if isinstance(answer, dict) else None
        return replace(judged, status=text_of(invoice, "status"))

    def _ask(self, question: Question) -> Any:
        return self._patience.call(lambda: self.metronome.ask(question))


def _unknown(customer_id: str, invoice_id: str | None, problem: str) -> Judged:
    return Judged(invoice_id, customer_id, "unknown", problem=problem)


def _since(chosen: Selection, now: datetime) -> datetime:
    if chosen.since is None or chosen != Selection(
        since=chosen.since, customer_id=chosen.customer_id
    ):
        raise InvalidRequest(
            "Invoices are selected by date: use --since, and optionally --customer-id."
        )
    chosen.up_to(now)
    return chosen.since
