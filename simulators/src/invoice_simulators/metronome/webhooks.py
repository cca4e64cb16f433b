"""Build and sign Metronome's webhooks. Pure; the caller sends them.

Source: Metronome's guide on webhooks and its Node SDK (``src/resources/webhooks.ts``).
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from invoice_simulators.wire import Json, dumps


def sign(body: bytes, secret: str, date: str) -> str:
    """Return the hex HMAC-SHA256 over date, newline and raw body, with the secret as text."""
    return hmac.new(secret.encode(), date.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def signed_request(
    event: Mapping[str, Any] | bytes, secret: str, when: datetime
) -> tuple[dict[str, str], bytes]:
    """Build headers and raw body of one delivery.

    ``when`` is aware UTC; a retry has a new one.
    """
    body = event if isinstance(event, bytes) else dumps(event)
    date = format_datetime(when, usegmt=True)
    headers = {
        "Content-Type": "application/json",
        "Date": date,
        "X-Metronome-Date": date,
        "Metronome-Webhook-Signature": sign(body, secret, date),
    }
    return headers, body


def finalized_event(invoice: Mapping[str, Any]) -> Json:
    """Build ``invoice.finalized`` in the classic shape.

    The same invoice gives the same event id, as retries do.
    """
    return {
        "id": str(uuid5(NAMESPACE_URL, f"invoice.finalized/{invoice['id']}")),
        "type": "invoice.finalized",
        "properties": {
            "invoice_id": invoice["id"],
            "customer_id": invoice["customer_id"],
            "invoice_finalized_date": invoice.get("issued_at") or "2026-11-01T00:00:00.000Z",
        },
    }


def flat_event(invoice: Mapping[str, Any], kind: str = "commit.create") -> Json:
    """Build a system notification in the flat shape, without ``properties``."""
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{kind}/{invoice['id']}")),
        "type": kind,
        "timestamp": "2026-11-01T00:00:00.000Z",
        "environment_type": "PRODUCTION",
        "customer_id": invoice["customer_id"],
        "contract_id": invoice.get("contract_id"),
        "customer_custom_fields": {},
    }
