"""What a run of the chaos suite can be told by the environment."""

from random import SystemRandom

from pydantic import Field
from pydantic_settings import BaseSettings


class ChaosSettings(BaseSettings):
    """``CHAOS_SEED`` repeats a run's schedule and choices; ``CHAOS_SECONDS`` is how long
    disturbances last.

    ``CHAOS_DESTINATIONS`` is a JSON list of the providers that take part.
    """

    chaos_seed: int = Field(default_factory=lambda: SystemRandom().randrange(1_000_000))
    chaos_seconds: float = Field(default=40, gt=0)
    chaos_destinations: tuple[str, ...] = ("netsuite", "quickbooks_online", "razorpay")
