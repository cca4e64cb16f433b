"""Detect whether the company numbers its transactions by itself.

If so, a document's number is not the one that we send.
"""

from collections.abc import Callable
from typing import Any

from invoice_providers.quickbooks_online.documents import document_number, entity_of
from invoice_shared.clock import Clock
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger

log = get_logger(__name__)

NUMBERS_BY_ITSELF = (
    "The company numbers transactions by itself, so documents do not have the number that we send."
    " They are found by customer, date and total, and by the invoice id in their private note,"
    " which nobody may change. To have our numbers: Account and settings, Sales, Custom transaction"
    " numbers."
)
WARNING_UNKNOWN = (
    "It cannot be read whether the company warns of duplicate document numbers. Without the"
    " warning, only the request id and the look before a retry prevent a second document: Account"
    " and"
    " settings, Advanced, Other preferences."
)
# An accountant rarely changes the preference, and each read of it is metered.
KEPT_SECONDS = 600.0


class Numbering:
    """Caches the preference "custom transaction numbers".

    Threads may share it: at worst it is read twice.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._is_automatic = False
        self._known_until = float("-inf")

    def is_automatic(self, read: Callable[[], Any]) -> bool:
        """Whether QuickBooks numbers transactions; ``read`` returns the preferences."""
        if self._clock.monotonic() >= self._known_until:
            self._know(is_automatic=numbers_by_itself(read()))
        return self._is_automatic

    def created(self, tree: Any, document: FormattedInvoice) -> None:
        """Learn from the number in the answer to a create."""
        shown = tree.get(entity_of(document.document_type)) if isinstance(tree, dict) else None
        number = shown.get("DocNumber") if isinstance(shown, dict) else None
        if number is None or number == document_number(document):
            return
        if not self._is_automatic:
            log.warning(
                "quickbooks numbers by itself", sent=document_number(document), given=number
            )
        self._know(is_automatic=True)

    def _know(self, *, is_automatic: bool) -> None:
        self._is_automatic = is_automatic
        self._known_until = self._clock.monotonic() + KEPT_SECONDS


def numbers_by_itself(tree: Any) -> bool:
    """Whether the preferences say so, or do not say; then all ways to look are used."""
    shown = tree.get("Preferences") if isinstance(tree, dict) else None
    forms = shown.get("SalesFormsPrefs") if isinstance(shown, dict) else None
    return not (isinstance(forms, dict) and forms.get("CustomTxnNumbers") is True)


def remarks(tree: Any) -> tuple[str, ...]:
    """Return remarks for the company's owner, given its preferences."""
    return (NUMBERS_BY_ITSELF if numbers_by_itself(tree) else WARNING_UNKNOWN,)
