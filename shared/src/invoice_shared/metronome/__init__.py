"""Metronome's API: its paths, what its answers mean, who waits after a 429; one client per kind of
thread.
"""

# Its name in metrics, logs and the readiness.
METRONOME = "metronome"
