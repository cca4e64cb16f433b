"""The settings of the simulated Metronome.

The credentials are harmless and for loopback only.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class MetronomeSettings:
    """``not_found_first``: how often each invoice first answers 404, for early webhooks."""

    api_key: str = "simulated-metronome-key"
    webhook_secret: str = "simulated-webhook-secret"  # noqa: S105 - harmless, for loopback only
    not_found_first: int = 0
