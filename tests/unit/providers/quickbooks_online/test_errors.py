"""QuickBooks' answers and what they mean: by code, in any language, in either spelling."""

from datetime import UTC, datetime
from typing import Any

import pytest

from invoice_providers.quickbooks_online.errors import (
    MAX_TAXED_LINES,
    THROTTLE_SECONDS,
    create_error,
    lookup_error,
)
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
DOCUMENT = formatted_invoice(destination="quickbooks_online")
FRENCH = (
    "Ce numéro a déjà été utilisé. DocNumber=5b8d9c3e3b1f4c529a5e0 est attribué à TxnType=Facture"
    " avec TxnId=145"
)


def fault(
    status: int, code: str, detail: str = "Said.", element: str = "", **headers: str
) -> Answer:
    error = {"Message": "m", "Detail": detail, "code": code} | (
        {"element": element} if element else {}
    )
    body = {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "2026-03-01T12:00:00Z"}
    return Answer(
        status, {name.replace("_", "-"): text for name, text in headers.items()}, serde.dumps(body)
    )


def gateway(status: int, code: str) -> Answer:
    error: dict[str, Any] = {"message": f"errorCode={code}", "detail": "d", "code": code}
    return Answer(
        status, {}, serde.dumps({"fault": {"error": [error], "type": "SERVICE"}, "warnings": None})
    )


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param(fault(400, "6140"), AlreadyExists, id="6140: the number is taken"),
        pytest.param(fault(400, "6140", FRENCH), AlreadyExists, id="6140 in another language"),
        pytest.param(
            fault(400, "6210"), AlreadyExists, id="6210: closed books, or a taken number: look"
        ),
        pytest.param(fault(200, "6140"), AlreadyExists, id="a fault in a 200"),
        pytest.param(fault(400, "6070"), Rejected, id="6070: amount is not the product"),
        pytest.param(fault(400, "2050"), Rejected, id="2050: a text too long"),
        pytest.param(fault(400, "2500"), Rejected, id="2500: an unknown reference"),
        pytest.param(fault(400, "610"), Rejected, id="610: inactive or not there"),
        pytest.param(fault(400, "6000"), Rejected, id="6000: a business rule"),
        pytest.param(fault(400, "6240"), Rejected, id="6240: a duplicate name"),
        pytest.param(fault(400, "2020"), Rejected, id="a code without our own explanation"),
        pytest.param(Answer(400, {}, b"<html>"), Rejected, id="a 400 without a fault"),
        pytest.param(fault(400, "6190"), CredentialsRefused, id="6190: the subscription has ended"),
        pytest.param(fault(401, "120"), CredentialsRefused, id="120: no permission"),
        pytest.param(
            fault(401, "3200"), CredentialsRefused, id="3200: the token, even after a renewal"
        ),
        pytest.param(gateway(401, "003200"), CredentialsRefused, id="003200 from the gateway"),
        pytest.param(
            gateway(403, "003100"), CredentialsRefused, id="3100: not authorised for the company"
        ),
        pytest.param(Answer(401, {}, b""), CredentialsRefused, id="a 401 without a body"),
        pytest.param(Answer(403, {}, b""), CredentialsRefused, id="a 403 without a body"),
        pytest.param(Answer(404, {}, b""), CredentialsRefused, id="no such address"),
        pytest.param(gateway(429, "003001"), Unavailable, id="3001: throttled"),
        pytest.param(gateway(400, "3001"), Unavailable, id="3001 whatever the status"),
        pytest.param(Answer(429, {}, b""), Unavailable, id="429 without a body"),
        pytest.param(fault(500, "10000"), Unavailable, id="10000: an error of QuickBooks'"),
        pytest.param(fault(400, "10000"), Unavailable, id="10000 whatever the status"),
        pytest.param(Answer(302, {}, b""), Unavailable, id="a redirect is not followed"),
        pytest.param(Answer(408, {}, b""), Unavailable, id="the server waited too long"),
        pytest.param(Answer(502, {}, b"<html>"), Unavailable, id="a gateway"),
        pytest.param(Answer(503, {}, b""), Unavailable, id="down"),
        pytest.param(Answer(200, {}, b"<html>"), Uncertain, id="a success that cannot be read"),
    ],
)
def test_answers_to_a_post(given: Answer, kind: type[CallFailed]) -> None:
    assert type(create_error(given, NOW, DOCUMENT)) is kind


@pytest.mark.parametrize(
    ("given", "outage", "retry_after"),
    [
        pytest.param(
            gateway(429, "003001"), True, THROTTLE_SECONDS, id="a throttle asks for a minute"
        ),
        pytest.param(fault(429, "3001", Retry_After="7"), True, 7.0, id="unless it says how long"),
        pytest.param(Answer(503, {}, b""), True, None, id="503"),
        pytest.param(Answer(302, {}, b""), True, None, id="redirect"),
        pytest.param(fault(500, "10000"), False, None, id="10000 may be about this invoice"),
        pytest.param(Answer(504, {}, b""), False, None, id="504 may have been carried out"),
    ],
)
def test_sure_signs_of_an_outage_and_how_long_to_wait(
    given: Answer, outage: bool, retry_after: float | None
) -> None:
    error = create_error(given, NOW, DOCUMENT)

    assert isinstance(error, Unavailable)
    assert (error.outage, error.retry_after) == (outage, retry_after)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param(gateway(401, "3200"), CredentialsRefused, id="401"),
        pytest.param(gateway(429, "3001"), Unavailable, id="429"),
        pytest.param(fault(400, "4000"), Unavailable, id="400 says nothing about the document"),
        pytest.param(Answer(200, {}, b"<html>"), Unavailable, id="an answer that cannot be read"),
    ],
)
def test_answers_to_a_query(given: Answer, kind: type[CallFailed]) -> None:
    assert type(lookup_error(given, NOW)) is kind


@pytest.mark.parametrize(
    "detail", [FRENCH, "… is assigned to TxnType=Invoice with TxnId=145"], ids=["French", "English"]
)
def test_the_document_with_a_taken_number_is_named(detail: str) -> None:
    error = create_error(fault(400, "6140", detail), NOW, DOCUMENT)

    assert isinstance(error, AlreadyExists)
    assert error.document_id == "145"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(
            fault(
                400, "2500", "Items element id 501 not found", "Line.SalesItemLineDetail.ItemRef"
            ),
            "QuickBooks Online refused the document: Items element id 501 not found (code 2500,"
            " field Line.SalesItemLineDetail.ItemRef). QuickBooks has nothing active with that id:"
            ' it does not exist or is inactive. Item 501 is the item of "API calls":'
            " fix it there, or correct the item id of product 7c1e5d9a-2b3f-4e6d-8a9b-0c1d2e3f4a5b"
            " in Metronome, then replay.",
            id="an item: which product",
        ),
        pytest.param(
            fault(400, "2500", "Names element id 1042 not found"),
            "QuickBooks Online refused the document: Names element id 1042 not found (code 2500)."
            " QuickBooks has nothing active with that id: it does not exist or is inactive. 1042"
            " is the id of the customer: fix it there, or correct it on customer"
            f" {CUSTOMER_ID} in Metronome, then replay.",
            id="a customer: which one",
        ),
        pytest.param(
            fault(400, "6210", "The books are closed."),
            "QuickBooks Online refused the document: The books are closed (code 6210). The books"
            " are closed for this date: open the period in QuickBooks, then replay.",
            id="closed books",
        ),
        pytest.param(
            fault(400, "9999", "Odd."),
            "QuickBooks Online refused the document: Odd (code 9999).",
            id="in QuickBooks' words if we have none",
        ),
    ],
)
def test_the_reason_says_what_to_do(given: Answer, reason: str) -> None:
    assert create_error(given, NOW, DOCUMENT).reason == reason


def test_a_failure_keeps_intuits_id_of_the_call() -> None:
    given = fault(400, "6000")
    error = create_error(
        Answer(400, {"intuit_tid": "1-abc"}, given.body + b" " * 9000), NOW, DOCUMENT
    )

    assert error.response is not None
    assert error.response.body.startswith("intuit_tid 1-abc\n{")
    assert len(error.response.body.encode()) <= 4096


@pytest.mark.parametrize(
    ("count", "is_named"), [(MAX_TAXED_LINES, False), (MAX_TAXED_LINES + 1, True)]
)
def test_a_refusal_of_too_many_lines_names_the_limit_of_taxable_invoices(
    count: int, is_named: bool
) -> None:
    document = formatted_invoice(line_items=(line_item(),) * count)

    error = create_error(fault(400, "6000"), NOW, document)

    assert isinstance(error, Rejected)
    assert ("may have 750 lines, and this one has 751" in error.reason) is is_named
