"""Metronome and the billing providers on loopback."""
