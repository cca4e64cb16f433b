"""What the webhook reads from the environment."""

from pydantic import Field, SecretStr

from invoice_shared.setting_types import Port, Positive
from invoice_shared.settings import BaseServiceSettings


class WebhookSettings(BaseServiceSettings):
    """Ingress: port, secrets, bounds."""

    webhook_port: Port = 8080
    metronome_webhook_secret: SecretStr
    metronome_webhook_secret_previous: SecretStr | None = None
    webhook_tolerance_seconds: Positive = 300
    webhook_max_body_bytes: int = Field(default=262_144, gt=0)
    webhook_ack_timeout_seconds: Positive = 10

    def webhook_secrets(self) -> tuple[str, ...]:
        """Give the secrets that are accepted now: the current one and, during a rotation, the previous one."""
        both = (self.secret("metronome_webhook_secret"), self.secret("metronome_webhook_secret_previous"))
        return tuple(secret for secret in both if secret)
