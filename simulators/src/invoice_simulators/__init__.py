"""The outside world on loopback: Metronome and the billing providers, with a control API to disturb
and inspect them.

Knows nothing of the connector: what it checks and answers comes from the systems' own
documentation.
"""
