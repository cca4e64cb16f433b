"""QuickBooks Online: the Accounting API v3 for invoices and credit memos, and Intuit's token
endpoint.
"""

from invoice_simulators.quickbooks_online.api import PUBLISHED_LIMITS, QuickBooksOnline
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings

__all__ = ["PUBLISHED_LIMITS", "QuickBooksOnline", "QuickBooksOnlineSettings"]
