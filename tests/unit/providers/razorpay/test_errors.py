"""Razorpay's answers and what they mean."""

from datetime import UTC, datetime
from typing import Any

import pytest

from invoice_providers.razorpay.errors import create_error, lookup_error
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from tests.builders import CUSTOMER_ID, formatted_invoice

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DOCUMENT = formatted_invoice(destination="razorpay")


def answer(
    status: int, description: str = "", code: str = "BAD_REQUEST_ERROR", **more: Any
) -> Answer:
    error = {
        "code": code,
        "description": description,
        "source": "business",
        "step": "x",
        "reason": "x",
    } | more
    return Answer(status, {}, serde.dumps({"error": error}))


def wrong_key(description: str) -> Answer:
    return answer(400, description, source="NA", step="NA", reason="NA")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param(
            answer(400, "customer_id is required", field="customer_id"), Rejected, id="no customer"
        ),
        pytest.param(
            answer(400, "The id provided does not exist", field="customer_id"),
            Rejected,
            id="a wrong one",
        ),
        pytest.param(
            answer(400, "International transactions are not activated"),
            Rejected,
            id="no foreign currency",
        ),
        pytest.param(
            answer(400, "Currency of all items should be the same"), Rejected, id="mixed currencies"
        ),
        pytest.param(
            answer(400, "expire_by should be at least 15 minutes after"),
            Rejected,
            id="expires too soon",
        ),
        pytest.param(
            answer(400, "line_items is required", field="line_items"), Rejected, id="no lines"
        ),
        pytest.param(
            answer(400, "x is/are not required and should not be sent"),
            Rejected,
            id="an unknown field",
        ),
        pytest.param(
            answer(400, "Order amount less than minimum amount allowed"),
            Rejected,
            id="below the minimum",
        ),
        pytest.param(Answer(400, {}, b"<html>"), Rejected, id="a 400 without a reason"),
        pytest.param(answer(401, "Authentication failed"), CredentialsRefused, id="401"),
        pytest.param(answer(403), CredentialsRefused, id="403"),
        pytest.param(
            wrong_key("The api key provided is invalid"),
            CredentialsRefused,
            id="a wrong key as a 400",
        ),
        pytest.param(wrong_key("Authentication failed"), CredentialsRefused, id="in other words"),
        pytest.param(
            answer(400, "the api key field is too long", field="notes"),
            Rejected,
            id="a field that mentions keys",
        ),
        pytest.param(answer(404), CredentialsRefused, id="no such address"),
        pytest.param(answer(405), CredentialsRefused, id="an address that does not accept POST"),
        pytest.param(answer(302), Unavailable, id="a redirect is not followed"),
        pytest.param(answer(408), Unavailable, id="the server waited too long"),
        pytest.param(answer(429), Unavailable, id="throttled"),
        pytest.param(
            answer(400, "at bank", "GATEWAY_ERROR"), Unavailable, id="the bank's failure as a 400"
        ),
        pytest.param(answer(500, "trouble", "SERVER_ERROR"), Unavailable, id="failed"),
        pytest.param(Answer(502, {}, b"<html>"), Unavailable, id="a gateway"),
        pytest.param(answer(503), Unavailable, id="down"),
        pytest.param(Answer(200, {}, b"<html>"), Uncertain, id="a success that cannot be read"),
    ],
)
def test_answers_to_a_post(given: Answer, kind: type[CallFailed]) -> None:
    assert type(create_error(given, NOW, DOCUMENT)) is kind


@pytest.mark.parametrize(
    ("given", "outage"),
    [
        pytest.param(answer(429), True, id="429"),
        pytest.param(answer(503), True, id="503"),
        pytest.param(answer(302), True, id="redirect"),
        pytest.param(answer(500), False, id="500 may be about this invoice"),
        pytest.param(answer(504), False, id="504 may have been carried out"),
    ],
)
def test_sure_signs_of_an_outage(given: Answer, outage: bool) -> None:
    error = create_error(given, NOW, DOCUMENT)

    assert isinstance(error, Unavailable)
    assert error.outage is outage


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param(answer(401), CredentialsRefused, id="401"),
        pytest.param(
            answer(400, "The receipt is wrong"),
            Unavailable,
            id="400 says nothing about the invoice",
        ),
        pytest.param(answer(500), Unavailable, id="500"),
        pytest.param(Answer(200, {}, b"{}"), Unavailable, id="an unreadable list"),
    ],
)
def test_answers_to_a_lookup(given: Answer, kind: type[CallFailed]) -> None:
    assert type(lookup_error(given, NOW)) is kind


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(
            answer(400, "The id provided does not exist.", field="customer_id"),
            "Razorpay refused the invoice: The id provided does not exist (field customer_id)."
            " 1042 is the id of the customer: fix it there, or correct it on customer"
            f" {CUSTOMER_ID} in Metronome, then replay.",
            id="the customer: where in Metronome",
        ),
        pytest.param(
            answer(400, "International transactions are not activated on your account."),
            "Razorpay refused the invoice: International transactions are not activated on your"
            " account. Fix what it names, then replay.",
            id="anything else in Razorpay's words",
        ),
    ],
)
def test_the_reason_says_what_to_do(given: Answer, reason: str) -> None:
    error = create_error(given, NOW, DOCUMENT)

    assert error.reason == reason
    assert error.response is not None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("The amount must be at least INR 1.00", "below-minimum"),
        ("Order amount less than minimum amount allowed", "below-minimum"),
        ("The quantity must be at least 1.", "provider-rejected"),
    ],
)
def test_an_amount_that_is_too_small_has_its_own_code(said: str, code: str) -> None:
    error = create_error(answer(400, said), NOW, DOCUMENT)

    assert isinstance(error, Rejected)
    assert error.code == code


@pytest.mark.parametrize(
    ("key_id", "sentence"),
    [
        ("rzp_test_1", "The key is a test key, which cannot see what was created in live mode."),
        ("rzp_live_1", "The key is a live key, which cannot see what was created in test mode."),
    ],
)
def test_an_unknown_id_names_what_was_sent_and_the_keys_mode(key_id: str, sentence: str) -> None:
    error = create_error(answer(400, "The id provided does not exist"), NOW, DOCUMENT, key_id)

    assert "1042 is the id of the customer" in error.reason
    assert error.reason.endswith(sentence)


def test_the_page_of_a_firewall_is_not_about_the_key_and_nothing_was_carried_out() -> None:
    error = create_error(Answer(403, {}, b"<html>Request blocked</html>"), NOW, DOCUMENT)

    assert isinstance(error, Unavailable)
    assert (error.outage, error.refused) == (False, True)
