"""The webhook as a team would write it with FastAPI and FastStream; uvicorn serves it with
uvloop.
"""

import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal

import uvicorn
from fastapi import FastAPI, Header, HTTPException, Request
from faststream.confluent import KafkaBroker
from pydantic import BaseModel

SECRET = os.environ["METRONOME_WEBHOOK_SECRET"].encode()
TOPIC = os.environ["RAW_INVOICES_TOPIC"]
TOLERANCE_SECONDS = 300
broker = KafkaBroker(os.environ["KAFKA_BOOTSTRAP_SERVERS"], acks="all", enable_idempotence=True)


class Properties(BaseModel):
    invoice_id: str
    customer_id: str
    invoice_finalized_date: datetime


class Event(BaseModel):
    id: str
    type: str
    properties: Properties


class RawInvoice(BaseModel):
    schema_version: Literal[1] = 1
    event_id: str
    invoice_id: str
    customer_id: str
    finalized_at: datetime
    received_at: datetime
    source: Literal["webhook"] = "webhook"
    payload: Event


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with broker:
        await broker.start()
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/metronome")
async def take(
    request: Request,
    x_metronome_date: Annotated[str, Header()],
    metronome_webhook_signature: Annotated[str, Header()],
) -> None:
    body = await request.body()
    check(body, x_metronome_date, metronome_webhook_signature)
    event = Event.model_validate_json(body)
    if event.type != "invoice.finalized":
        return
    invoice = RawInvoice(
        event_id=event.id,
        invoice_id=event.properties.invoice_id,
        customer_id=event.properties.customer_id,
        finalized_at=event.properties.invoice_finalized_date,
        received_at=datetime.now(UTC),
        payload=event,
    )
    await broker.publish(invoice, topic=TOPIC, key=invoice.invoice_id.encode())


def check(body: bytes, date: str, signature: str) -> None:
    expected = hmac.digest(SECRET, date.encode() + b"\n" + body, "sha256").hex()
    age = datetime.now(UTC) - parsedate_to_datetime(date)
    is_fresh = abs(age.total_seconds()) <= TOLERANCE_SECONDS
    if not (hmac.compare_digest(expected, signature) and is_fresh):
        raise HTTPException(401)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False)
