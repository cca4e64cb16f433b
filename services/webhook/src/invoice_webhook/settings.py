"""The webhook's settings from the environment."""

from pydantic import Field

from invoice_shared.setting_types import JsonNetworks, NotNegative, Port, Positive, StrongSecret
from invoice_shared.settings import BaseServiceSettings

# The bytes of all unverified bodies: an eighth of a pod's memory limit.
MAX_HELD_BYTES = 32 * 1024 * 1024


class WebhookSettings(BaseServiceSettings):
    """Settings of the port, the secrets and the limits."""

    webhook_port: Port = 8080
    metronome_webhook_secret: StrongSecret
    metronome_webhook_secret_previous: StrongSecret | None = None
    webhook_tolerance_seconds: Positive = 300
    webhook_max_body_bytes: int = Field(default=262_144, gt=0, le=MAX_HELD_BYTES)
    webhook_read_timeout_seconds: Positive = 10
    webhook_ack_timeout_seconds: Positive = 10
    webhook_trusted_proxies: JsonNetworks = ()
    shutdown_delay_seconds: NotNegative = 0
