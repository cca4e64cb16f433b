"""Metronome's API: paths, answers, rate limits, and a client for threads and for event loops."""

# Metronome's name in metrics, logs and readiness.
METRONOME = "metronome"
