"""A month of invoices with a known end for each: what Metronome holds, what it sends, what must
come of it.
"""

from invoice_simulators.scenario.ends import Created, End, Failed, Skipped
from invoice_simulators.scenario.generator import Scenario, Totals, scenario

__all__ = ["Created", "End", "Failed", "Scenario", "Skipped", "Totals", "scenario"]
