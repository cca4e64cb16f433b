"""The protocol of a billing system, its errors, and the value that each folder exports."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar

from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed
from invoice_shared.invoice import DocumentType, FormattedInvoice
from invoice_shared.settings import HttpSettings

# ``draft``: it exists but has no effect yet. ``void``: it was voided or cancelled.
State = Literal["draft", "open", "paid", "void", "deleted"]

# What a document refers to at the provider.
Thing = Literal["customer", "item"]
# ``missing``: it does not exist, or we may not see it.
Presence = Literal["active", "inactive", "missing"]


@dataclass(frozen=True, slots=True)
class Found:
    """A document as the provider shows it.

    ``None`` means that the provider does not show the field.

    ``invoice_id`` is the Metronome invoice that the document names, or a text for "another" or
    "none". ``total`` is net of tax, in major units, with the sign of ``FormattedInvoice.total`` (a
    credit memo's is positive).
    """

    document_id: str
    invoice_id: str | None = None
    total: Decimal | None = None
    currency: str | None = None
    external_customer_id: str | None = None
    document_type: DocumentType | None = None
    state: State | None = None


# The answer to a create. Only the document id is always set. A document without a total in the
# answer is read back.
Created = Found


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known about earlier creates of an invoice, by any process.

    Without a draft, there may have been a create.

    ``draft_id`` is a document without effect that we know since ``since`` (monotonic seconds).
    ``is_made``: we created it from this record. ``was_alone``: an earlier look showed it as the
    only document with the invoice's id.
    """

    draft_id: str | None = None
    since: float | None = None
    is_made: bool = False
    was_alone: bool = False


class Pending(CallFailed):
    """An unfinished create: call it again with ``begun`` after the settle time.

    Nothing was lost and nothing has an effect yet. ``cause`` is the call that failed, if any; then
    the create may be given up.
    """

    def __init__(self, reason: str, begun: Begun, *, cause: CallFailed | None = None) -> None:
        super().__init__(reason)
        self.begun = begun
        self.cause = cause


class BillingProvider(Protocol):
    """One account at a billing system.

    Thread-safe. Each call has a timeout and is tried exactly once.

    It reports what it sees. The caller decides when to look, and whether a document is ours.

    All methods raise errors of ``invoice_shared.errors``:

    - ``Unavailable``: refused connection, 429, 5xx, throttle. ``outage`` if the cause is
      not this invoice.
    - ``CredentialsRefused``: the provider refuses our credentials or permissions. The next
      call reads the credentials again.

    ``create`` also raises:

    - ``Rejected``: understood and refused (with ``response``), or must not be sent (without).
    - ``AlreadyExists``: the provider says that our id is taken. A look shows the document. If it
      shows nothing, a create is still in progress, or another kind of record has the id.
    - ``Uncertain``: sent, answer unknown. A look decides.
    - ``Pending``: see there; only of providers that create a draft first.
    """

    @property
    def name(self) -> str:
        """The destination, as in ``FormattedInvoice.destination``."""

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """Return all documents with the invoice's id, in any state, the oldest first."""

    def create(
        self, document: FormattedInvoice, *, generation: str = "", begun: Begun | None = None
    ) -> Created:
        """Create the document under the invoice's id.

        ``generation`` is empty at first. A replay after a definite refusal sets another one, for
        providers that repeat their first answer to a repeated request. ``begun`` is ``None`` only
        if this is certainly the first create of the invoice.
        """

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        """Return the document with that type and provider's id; ``None`` if it does not exist.

        ``invoice_id`` is the expected invoice.
        """

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        """Return which customers or items exist and are active. Read-only.

        ``ids`` are at most ``Provider.ids_at_once``. An id that the provider neither shows nor
        plainly denies is left out.
        """


# An account's settings at a provider. Either complete, or unset except for defaults.
Account = TypeVar("Account", bound=HttpSettings)


def _none(_client: Any) -> tuple[str, ...]:
    """Return no remarks."""
    return ()


def _nowhere(_document_id: str, _document_type: DocumentType, _account: str | None) -> None:
    """Return no page of a document."""


def _anywhere(_account: HttpSettings) -> None:
    """Allow any machine to ask an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(Generic[Account]):
    """All that the rest of the connector knows about a billing system.

    A folder's ``provider.py`` exports one.

    ``name`` is the folder's name and the destination in Metronome's custom field, the ledger and
    metrics. ``title`` is its name in messages. ``metronome_name`` is its name in Metronome's
    statuses: ``custom`` if Metronome does not know the provider. ``recognises_repeats``: a repeated
    create within minutes does not create a second document. ``repeats_answers``: it may then repeat
    its first answer although the document was deleted since. ``void_keeps``: the field with which a
    voided document keeps the invoice's id taken. ``has_metered_reads``: each look costs money or a
    limited quota. ``has_items``: its documents refer to items. ``ids_at_once``: how many ids one
    question after customers or items may name.
    """

    name: str
    title: str
    metronome_name: str
    takes_credit_memos: bool
    recognises_repeats: bool
    repeats_answers: bool = False
    void_keeps: str | None = None
    has_metered_reads: bool = False
    has_items: bool = True
    ids_at_once: int = 1
    settings: type[Account]
    # Returns the variables that a first start needs, given those that are set.
    needed_at_first: Callable[[Collection[str]], tuple[str, ...]]
    is_configured: Callable[[Account], bool]
    # Returns the account's name in the ledger, which distinguishes a sandbox from production.
    account: Callable[[Account], str | None]
    build: Callable[[Account, Clock], BillingProvider]
    # Returns the body that ``create`` would send. Raises ``Rejected``.
    preview: Callable[[FormattedInvoice, Account], dict[str, Any]]
    # Returns why a machine other than the creator's must not ask this account.
    why_not_from_here: Callable[[Account], str | None] = _anywhere
    # Returns the page of a document for people, given its id, type and account in the ledger.
    page: Callable[[str, DocumentType, str | None], str | None] = _nowhere
    # Asks the account with the client from ``build``; returns remarks for its owner. Raises as a
    # look.
    remarks: Callable[[Any], tuple[str, ...]] = _none
