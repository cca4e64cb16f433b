"""A simulated system without a socket: requests and replies are values, and the test sets the
time.
"""

import base64
from dataclasses import dataclass

from invoice_simulators.razorpay import Razorpay
from invoice_simulators.wire import Call, Json, dumps, loads
from tests.unit.simulators.razorpay_client import BODY, KEY, RECEIPT

INVOICES = "http://razorpay/v1/invoices"
HEADERS = {"authorization": "Basic " + base64.b64encode(":".join(KEY).encode()).decode()}


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def _listed(razorpay: Razorpay) -> list[str]:
    answer = razorpay.answer(Call.of("GET", f"{INVOICES}?receipt={RECEIPT}", HEADERS))
    items: list[Json] = loads(answer.body)["items"]
    return [item["status"] for item in items]


def test_a_call_is_answered_at_once_and_carried_out_when_the_test_says_so() -> None:
    razorpay = Razorpay()
    kept = Call.of("POST", INVOICES, HEADERS, dumps(BODY))

    assert _listed(razorpay) == []
    assert razorpay.answer(kept).status == 200
    assert razorpay.receive(kept).invoice_id == RECEIPT
    assert _listed(razorpay) == ["issued"]


def test_credentials_are_checked_regardless_of_the_case_of_header_names() -> None:
    wrong = Call.of("GET", INVOICES, {"AUTHORIZATION": "Basic eDp5"})

    assert Razorpay().answer(wrong).status == 401


def test_the_list_follows_the_clock() -> None:
    clock = Clock()
    razorpay = Razorpay(clock=clock)
    razorpay.configure({"lookup_lag_seconds": 60})
    razorpay.answer(Call.of("POST", INVOICES, HEADERS, dumps(BODY)))

    clock.now += 59
    before = _listed(razorpay)
    clock.now += 1

    assert (before, _listed(razorpay)) == ([], ["issued"])


def test_people_act_through_ordinary_calls() -> None:
    razorpay = Razorpay()
    razorpay.answer(Call.of("POST", INVOICES, HEADERS, dumps(BODY)))
    (document,) = razorpay.documents()

    razorpay.people.void(document["id"])

    assert [each["state"] for each in razorpay.documents()] == ["void"]
