"""A simulator of QuickBooks Online's Accounting API v3 and Intuit's token endpoint."""

from invoice_simulators.quickbooks_online.api import PUBLISHED_LIMITS, QuickBooksOnline
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings

__all__ = ["PUBLISHED_LIMITS", "QuickBooksOnline", "QuickBooksOnlineSettings"]
