"""The environment variables of the chaos suite."""

from random import SystemRandom

from pydantic import Field
from pydantic_settings import BaseSettings


class ChaosSettings(BaseSettings):
    """``CHAOS_SEED`` repeats the schedule and choices of a run; ``CHAOS_SECONDS`` is the length of
    the disturbances.

    ``CHAOS_DESTINATIONS`` is a JSON list of the providers that take part.
    """

    chaos_seed: int = Field(default_factory=lambda: SystemRandom().randrange(1_000_000))
    chaos_seconds: float = Field(default=40, gt=0)
    chaos_destinations: tuple[str, ...] = ("netsuite", "quickbooks_online", "razorpay")
