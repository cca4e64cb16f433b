"""A simulator of Metronome's API and its signed webhooks."""

from invoice_simulators.metronome.api import Metronome
from invoice_simulators.metronome.settings import MetronomeSettings

__all__ = ["Metronome", "MetronomeSettings"]
