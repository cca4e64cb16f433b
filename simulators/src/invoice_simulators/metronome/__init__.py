"""Metronome: the parts of its API that a connector uses, and its signed webhooks."""

from invoice_simulators.metronome.api import Metronome
from invoice_simulators.metronome.settings import MetronomeSettings

__all__ = ["Metronome", "MetronomeSettings"]
