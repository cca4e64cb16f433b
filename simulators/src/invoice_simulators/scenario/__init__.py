"""A scenario: a month of invoices in Metronome, its webhooks, and each expected result."""

from invoice_simulators.scenario.ends import Created, End, Failed, Skipped
from invoice_simulators.scenario.generator import Scenario, Totals, scenario

__all__ = ["Created", "End", "Failed", "Scenario", "Skipped", "Totals", "scenario"]
