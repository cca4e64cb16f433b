"""NetSuite: SuiteTalk REST for the records ``invoice`` and ``creditMemo``."""

from invoice_simulators.netsuite.api import NetSuite
from invoice_simulators.netsuite.settings import NetSuiteSettings

__all__ = ["NetSuite", "NetSuiteSettings"]
