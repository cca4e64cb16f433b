"""Simulators of Metronome and the billing providers on loopback, with a control API.

Independent of the connector: checks and answers follow the systems' own documentation. The control
API disturbs and inspects them.
"""
