"""What the creator needs of a billing system, what each way of failing means, and the value that a
folder exports.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar

from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed
from invoice_shared.invoice import DocumentType, FormattedInvoice
from invoice_shared.settings import HttpSettings

# ``draft``: it exists, but has no effect yet. ``void``: it was called off or cancelled.
State = Literal["draft", "open", "paid", "void", "deleted"]

Thing = Literal["customer", "item"]
"""What a document refers to at the provider."""
Presence = Literal["active", "inactive", "missing"]
"""``missing``: not there, or not for us to see."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document as the provider shows it.

    ``None`` = it does not show that; what it does show is a fact.

    ``invoice_id`` is the Metronome invoice that the document names, or words for "another one" or
    "none at all". ``total`` is net of tax, in major units, with the sign of
    ``FormattedInvoice.total`` (a credit memo's is positive).
    """

    document_id: str
    invoice_id: str | None = None
    total: Decimal | None = None
    currency: str | None = None
    external_customer_id: str | None = None
    document_type: DocumentType | None = None
    state: State | None = None


# What the answer to a create shows: the same facts, of which only the document id is sure to be
# there. A document whose total it does not show is read back.
Created = Found


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of earlier creates of an invoice, by whomever.

    Without a draft: there may have been one.

    ``draft_id`` is a document that has no effect yet, in our hands since ``since`` (monotonic
    seconds). ``is_made``: we made it ourselves, from this very record. ``was_alone``: an earlier
    look showed it, and nothing else that carries the invoice's id.
    """

    draft_id: str | None = None
    since: float | None = None
    is_made: bool = False
    was_alone: bool = False


class Pending(CallFailed):
    """A create that is not finished: call it again with ``begun``, once the settle time has passed.

    Nothing was lost and nothing has an effect yet. ``cause`` is the call that failed, if one did:
    then the create may fail for good.
    """

    def __init__(self, reason: str, begun: Begun, *, cause: CallFailed | None = None) -> None:
        super().__init__(reason)
        self.begun = begun
        self.cause = cause


class BillingProvider(Protocol):
    """One account at a billing system.

    Thread-safe; each call is bounded in time and tried exactly once.

    It says what it sees. When to look, and whether what was found is ours, its caller decides.

    All methods raise, of ``invoice_shared.errors``:

    - ``Unavailable``: refused connection, 429, 5xx, throttle. ``outage`` if it is surely not about this invoice.
    - ``CredentialsRefused``: the provider does not know or allow us. The next call reads the credentials anew.

    ``create`` only:

    - ``Rejected``: understood and refused (with ``response``), or not sent because it must not be (without).
    - ``AlreadyExists``: the provider names our id as taken. A look shows by what; if it shows nothing, a
      create is still being carried out, or another kind of record has the id.
    - ``Uncertain``: sent, answer unknown. Looks decide.
    - ``Pending``: see there; of providers that make a draft first.
    """

    @property
    def name(self) -> str:
        """The destination, as in ``FormattedInvoice.destination``."""

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """Return whatever carries the invoice's id, in any state, the oldest first; changes
        nothing.
        """

    def create(
        self, document: FormattedInvoice, *, generation: str = "", begun: Begun | None = None
    ) -> Created:
        """Create the document under the invoice's id.

        ``generation`` is empty at first; a replay after a definite refusal gives another, for
        providers that answer a repeated request with their first answer. ``begun`` is ``None`` if
        this is surely the first create of the invoice.
        """

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        """Return the document of that type under the provider's own id; ``None`` if there is none.

        ``invoice_id`` is the invoice that it should belong to.
        """

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        """Return which customers or items are there and active; changes nothing.

        ``ids`` are at most ``Provider.ids_at_once``. An id that the provider neither shows nor
        plainly denies is left out.
        """


# The settings of one account at a provider. Complete, or absent but for what has a default.
Account = TypeVar("Account", bound=HttpSettings)


def _none(_client: Any) -> tuple[str, ...]:
    """Return no remarks."""
    return ()


def _nowhere(_document_id: str, _document_type: DocumentType, _account: str | None) -> None:
    """Know no page that shows a document."""


def _anywhere(_account: HttpSettings) -> None:
    """Let an account be asked from any machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(Generic[Account]):
    """All that the rest of the connector knows of a billing system.

    A folder's ``provider.py`` exports one.

    ``name`` is the folder's, the destination in Metronome's custom field, in the ledger and in
    metrics. ``title`` is its name in sentences. ``metronome_name`` is what Metronome calls it in a
    status: ``custom`` if it knows no such provider. ``recognises_repeats``: a repeated create
    within minutes makes no second document. ``repeats_answers``: it may then answer as it did at
    first, although the document is gone since. ``void_keeps``: the field by which a voided document
    keeps the invoice's id taken. ``has_metered_reads``: each look costs money or a scarce quota.
    ``has_items``: its documents name items. ``ids_at_once``: how many ids one question after
    customers or items may name.
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
    # Return the variables that a first start needs, given those that are set.
    needed_at_first: Callable[[Collection[str]], tuple[str, ...]]
    is_configured: Callable[[Account], bool]
    # Return the account's name in the ledger, which tells a sandbox's document from production's.
    account: Callable[[Account], str | None]
    build: Callable[[Account, Clock], BillingProvider]
    # Return the body that ``create`` would send. Raises ``Rejected``.
    preview: Callable[[FormattedInvoice, Account], dict[str, Any]]
    # Return why a machine other than the creator's must not ask this account.
    why_not_from_here: Callable[[Account], str | None] = _anywhere
    # Return where people see a document, given its id, its type and the account as the ledger names
    # it.
    page: Callable[[str, DocumentType, str | None], str | None] = _nowhere
    # Ask the account, by the client that ``build`` made; return what its owner must know. Raises as
    # a look does.
    remarks: Callable[[Any], tuple[str, ...]] = _none
