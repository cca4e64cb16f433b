"""Metronome: the parts of its API that a connector uses, and its signed webhooks."""

from invoice_simulators.metronome.api import Metronome, MetronomeSettings

__all__ = ["Metronome", "MetronomeSettings"]
