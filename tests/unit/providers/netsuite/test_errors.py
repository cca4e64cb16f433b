"""NetSuite's answers and what they mean."""

from datetime import UTC, datetime
from typing import Any

import pytest

from invoice_providers.netsuite.errors import create_error, lookup_error
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from tests.builders import CUSTOMER_ID, formatted_invoice, line_item

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def answer(status: int, code: str = "", detail: str = "", path: str = "", **headers: str) -> Answer:
    described: dict[str, Any] = {"detail": detail, "o:errorCode": code} | (
        {"o:errorPath": path} if path else {}
    )
    body = {"type": "…", "title": "…", "status": status, "o:errorDetails": [described]}
    return Answer(
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        serde.dumps(body),
    )


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param(
            answer(400, "USER_ERROR", "This record already exists."),
            AlreadyExists,
            id="a taken external id",
        ),
        pytest.param(
            answer(400, "DUP_RCRD", "Doublon."), AlreadyExists, id="a taken id by its code"
        ),
        pytest.param(
            answer(400, "USER_ERROR", "Non.", "externalId"),
            AlreadyExists,
            id="a taken id by its path",
        ),
        pytest.param(
            answer(400, "USER_ERROR", "Cet enregistrement existe déjà."),
            Rejected,
            id="in another language",
        ),
        pytest.param(
            answer(400, "INVALID_CONTENT", "Invalid", "entity"), Rejected, id="any other 400"
        ),
        pytest.param(answer(409), Rejected, id="409"),
        pytest.param(answer(422), Rejected, id="422"),
        pytest.param(
            answer(400, "SSS_REQUEST_LIMIT_EXCEEDED"), Unavailable, id="the account's limit, as 400"
        ),
        pytest.param(answer(401, "INVALID_LOGIN"), CredentialsRefused, id="the login"),
        pytest.param(answer(403, "INSUFFICIENT_PERMISSION"), CredentialsRefused, id="the role"),
        pytest.param(answer(404), CredentialsRefused, id="no such record type or service"),
        pytest.param(answer(405), CredentialsRefused, id="not a service that creates"),
        pytest.param(answer(302), Unavailable, id="a redirect is not followed"),
        pytest.param(answer(408), Unavailable, id="the server waited too long"),
        pytest.param(answer(429), Unavailable, id="throttled"),
        pytest.param(answer(500), Unavailable, id="failed"),
        pytest.param(Answer(502, {}, b"<html>Bad Gateway</html>"), Unavailable, id="a gateway"),
        pytest.param(answer(503), Unavailable, id="down"),
        pytest.param(Answer(204, {}, b""), Uncertain, id="204 without a Location"),
        pytest.param(Answer(200, {}, b"<html>"), Uncertain, id="a success that cannot be read"),
        pytest.param(Answer(202, {}, b""), Uncertain, id="accepted, and not yet done"),
    ],
)
def test_answers_to_a_post(given: Answer, kind: type[CallFailed]) -> None:
    assert type(create_error(given, NOW, formatted_invoice())) is kind


@pytest.mark.parametrize(
    ("given", "outage"),
    [
        pytest.param(answer(429), True, id="429"),
        pytest.param(answer(503), True, id="503"),
        pytest.param(answer(302), True, id="redirect"),
        pytest.param(answer(400, "WS_REQUEST_BLOCKED"), True, id="blocked"),
        pytest.param(answer(500), False, id="500 may be about this invoice"),
        pytest.param(answer(504), False, id="504 may have been carried out"),
    ],
)
def test_sure_signs_of_an_outage(given: Answer, outage: bool) -> None:
    error = create_error(given, NOW, formatted_invoice())

    assert isinstance(error, Unavailable)
    assert error.outage is outage


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param(answer(401), CredentialsRefused, id="401"),
        pytest.param(answer(403), CredentialsRefused, id="403"),
        pytest.param(answer(400), Unavailable, id="400 says nothing about the document"),
        pytest.param(answer(500), Unavailable, id="500"),
        pytest.param(Answer(200, {}, b"<html>"), Unavailable, id="a record that cannot be read"),
    ],
)
def test_answers_to_a_lookup(given: Answer, kind: type[CallFailed]) -> None:
    assert type(lookup_error(given, NOW)) is kind


@pytest.mark.parametrize(
    ("given", "ending"),
    [
        pytest.param(
            answer(400, "INVALID_CONTENT", "Invalid Field Value", "item.items[1].item"),
            'Invalid Field Value. (field item.items[1].item). Item 502 is the item of "Seats":'
            " fix it there, or correct the item id of product p-2 in Metronome, then replay.",
            id="the item of a line, by its place",
        ),
        pytest.param(
            answer(400, "INVALID_CONTENT", "Invalid Field Value 502 for the following field: item"),
            "Invalid Field Value 502 for the following field: item. Item 502 is the item of"
            ' "Seats":'
            " fix it there, or correct the item id of product p-2 in Metronome, then replay.",
            id="the item of a line, by its id",
        ),
        pytest.param(
            answer(400, "USER_ERROR", "Too long", "item.items[0].description"),
            'Too long. (field item.items[0].description). Line 1 is "API calls".',
            id="another field of a line",
        ),
        pytest.param(
            answer(400, "INVALID_CONTENT", "Invalid Field Value 1042", "entity"),
            "Invalid Field Value 1042. (field entity). 1042 is the id of the customer: fix it"
            f" there, or correct it on customer {CUSTOMER_ID} in Metronome, then replay.",
            id="the customer",
        ),
        pytest.param(
            answer(400, "USER_ERROR", "The date is in a closed period.", "tranDate"),
            "The date is in a closed period. (field tranDate).",
            id="a field that is not one of our ids",
        ),
        pytest.param(answer(400), "status 400 without a reason.", id="no reason given"),
        pytest.param(Answer(400, {}, b"{}"), "status 400 without a reason.", id="not even a title"),
        pytest.param(
            Answer(400, {}, b'{"title":"Invalid Request","status":400}'),
            "Invalid Request (status 400).",
            id="a title alone",
        ),
    ],
)
def test_the_reason_is_netsuites_own_sentence_and_where_in_metronome_to_look(
    given: Answer, ending: str
) -> None:
    seats = line_item(name="Seats", external_item_id="502", product_id="p-2")

    error = create_error(given, NOW, formatted_invoice(line_items=(line_item(), seats)))

    assert error.reason == f"NetSuite refused the document: {ending}"
    assert error.response is not None
    assert error.response.status == 400


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param("Sun, 01 Mar 2026 12:01:00 GMT", 60.0, id="a date"),
        pytest.param("Sun, 01 Mar 2026 11:00:00 GMT", 0.0, id="a date that has passed"),
        pytest.param("86400", 3600.0, id="no longer than an hour"),
        pytest.param("soon", None, id="not understood"),
    ],
)
def test_a_retry_after_is_honoured(asked: str, seconds: float | None) -> None:
    error = create_error(answer(429, Retry_After=asked), NOW, formatted_invoice())

    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds
