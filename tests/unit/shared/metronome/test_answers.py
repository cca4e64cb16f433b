"""One set of rules for Metronome's answers, to a read as well as to a status write-back."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from multidict import CIMultiDict

from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable
from invoice_shared.metronome.answers import (
    limits_one_customer,
    read_answer,
    read_reply,
    status_refusal,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JSON = "application/json; charset=utf-8"


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CIMultiDict({"Content-Type": JSON} | named), body)


def test_a_good_answer_keeps_its_decimals() -> None:
    assert read_answer(answer(body=b'{"total": 0.10}'), NOW) == {"total": Decimal("0.10")}


def test_json_is_read_with_any_content_type() -> None:
    assert read_answer(answer(Content_Type="text/plain"), NOW) == {}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        pytest.param(400, Rejected, id="understood and refused"),
        pytest.param(401, CredentialsRefused, id="bad token"),
        pytest.param(403, CredentialsRefused, id="no permission"),
        pytest.param(404, Rejected, id="unknown"),
        pytest.param(407, Unavailable, id="a proxy's own refusal is not about the invoice"),
        pytest.param(408, Unavailable, id="too slow"),
        pytest.param(409, Unavailable, id="in conflict with itself"),
        pytest.param(414, Rejected, id="an id too long for a URL"),
        pytest.param(429, Unavailable, id="too fast"),
        pytest.param(500, Unavailable, id="broken"),
        pytest.param(503, Unavailable, id="down"),
        pytest.param(302, Unavailable, id="elsewhere"),
    ],
)
def test_the_status_code_decides_what_happens_next(status: int, kind: type[CallFailed]) -> None:
    with pytest.raises(CallFailed) as failed:
        read_answer(answer(status), NOW)

    assert type(failed.value) is kind


def test_an_unknown_invoice_has_its_own_code_and_the_answer() -> None:
    with pytest.raises(Rejected) as refused:
        read_answer(answer(404, b'{"message": "Not found"}'), NOW)

    assert refused.value.code == "invoice-not-found"
    assert refused.value.response is not None
    assert (refused.value.response.status, refused.value.response.body) == (
        404,
        '{"message": "Not found"}',
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "not a uuid"}', "not a uuid"),
        (b"<html>", "no reason"),
        (b"[]", "no reason"),
        (b'{"message": "\\ud800"}', "no reason"),
    ],
)
def test_a_refusal_quotes_metronomes_message(body: bytes, said: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_answer(answer(400, body), NOW)

    assert refused.value.code == "invalid-invoice"
    assert said in refused.value.reason


def test_broken_json_is_the_invoices_fault_but_another_page_is_not() -> None:
    with pytest.raises(Rejected):
        read_answer(answer(body=b'{"data": '), NOW)
    with pytest.raises(Unavailable):
        read_answer(answer(body=b"<html>Sorry</html>", Content_Type="text/html"), NOW)


@pytest.mark.parametrize(
    ("status", "limit", "one_customer"),
    [(429, "Customer", True), (429, "client", False), (503, "customer", False)],
)
def test_the_limit_type_says_whom_a_429_is_about(
    status: int, limit: str, one_customer: bool
) -> None:
    assert limits_one_customer(answer(status, X_Metronome_Rate_Limit_Type=limit)) is one_customer


@pytest.mark.parametrize(
    ("answered", "kind"),
    [
        pytest.param(answer(400, b'{"message":"bad"}'), Rejected, id="400"),
        pytest.param(answer(404), Rejected, id="404: not enabled for this account"),
        pytest.param(answer(409), Rejected, id="409"),
        pytest.param(answer(401), CredentialsRefused, id="401"),
        pytest.param(answer(403), CredentialsRefused, id="403"),
        pytest.param(answer(302), Unavailable, id="302: maintenance, or a wrong base URL"),
        pytest.param(answer(408), Unavailable, id="408"),
        pytest.param(answer(429), Unavailable, id="429"),
        pytest.param(answer(500), Unavailable, id="500"),
    ],
)
def test_the_meaning_of_an_answer_to_a_status(answered: Answer, kind: type[CallFailed]) -> None:
    assert type(status_refusal(answered, NOW)) is kind


def test_a_refused_status_quotes_metronomes_message() -> None:
    error = status_refusal(answer(400, b'{"message":"invoice_id must be a UUID"}'), NOW)

    assert "invoice_id must be a UUID (400)" in error.reason


def reading_failure(answered: Answer) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        read_answer(answered, NOW)
    return failed.value


def writing_failure(answered: Answer) -> CallFailed:
    return status_refusal(answered, NOW)


@pytest.mark.parametrize("failure", [reading_failure, writing_failure])
@pytest.mark.parametrize(
    ("status", "limit", "outage", "about"),
    [
        pytest.param(429, "client", True, None, id="the limit of the organisation"),
        pytest.param(429, "", True, None, id="a limit of nobody in particular"),
        pytest.param(429, "customer", False, "customer", id="the limit of one customer"),
        pytest.param(429, " Customer ", False, "customer", id="in another letter case"),
        pytest.param(503, "customer", True, None, id="down, whatever the header says"),
        pytest.param(307, "", True, None, id="redirected"),
        pytest.param(500, "", False, "invoice", id="an error of its own"),
        pytest.param(504, "", False, "invoice", id="a gateway timeout"),
    ],
)
def test_the_failure_says_whom_it_is_about(
    failure: Callable[[Answer], CallFailed],
    status: int,
    limit: str,
    outage: bool,
    about: str | None,
) -> None:
    error = failure(answer(status, X_Metronome_Rate_Limit_Type=limit))

    assert isinstance(error, Unavailable)
    assert (error.outage, error.about) == (outage, about)
    assert error.response is not None
    assert error.response.status == status


@pytest.mark.parametrize(
    ("status", "about"), [(405, "invoice"), (413, "invoice"), (408, None), (409, None), (407, None)]
)
def test_other_answers_may_be_about_the_invoice(status: int, about: str | None) -> None:
    error = reading_failure(answer(status))

    assert isinstance(error, Unavailable)
    assert error.about == about


@pytest.mark.parametrize("failure", [reading_failure, writing_failure])
@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120), ("1.5", 1.5), ("Sun, 01 Mar 2026 12:00:30 GMT", 30), ("soon", None)],
)
def test_a_requested_delay_is_read_in_each_of_its_forms(
    failure: Callable[[Answer], CallFailed], asked: str, seconds: float | None
) -> None:
    error = failure(answer(429, Retry_After=asked))

    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(answer(400, b'{"message": "Contract not found"}'), id="not known"),
        pytest.param(answer(403), id="a key without permission"),
        pytest.param(answer(404), id="no such path"),
        pytest.param(answer(200, b"{"), id="broken JSON"),
    ],
)
def test_a_question_without_an_answer_leaves_the_payer_undecided(refused: Answer) -> None:
    with pytest.raises(Rejected, match="does not say who pays") as undecided:
        read_reply(refused, NOW)

    assert undecided.value.code == "payer-not-decided"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, CredentialsRefused), (429, Unavailable), (500, Unavailable), (503, Unavailable)],
)
def test_an_outage_is_not_an_answer_to_a_question(status: int, kind: type[CallFailed]) -> None:
    with pytest.raises(kind):
        read_reply(answer(status), NOW)
