from datetime import UTC, datetime, timedelta

import pytest
from multidict import CIMultiDict

from invoice_webhook.signature import InvalidSignature, claim_of, sign, verify

# The example of docs.metronome.com, "Set up webhooks".
SECRET = "correct-horse-battery-staple"
DATE = "Mon, 02 Jan 2006 22:04:05 GMT"
BODY = b"""{
  "id": "b2c9e307-624e-4e7d-a5a4-1b74107d78c4",
  "type": "widget_created",
  "properties": {
    "customer_id": "5f794d50-085a-4db6-8d15-286e518b7225",
    "widget_id": "0891458d-b6f0-4fdd-a41e-380aae1a1e38"
  }
}"""
SIGNATURE = "b82652fa2246cf1d8a27e591f155c865f68b46c19b9213fd9c052f2419b4742b"
SENT = datetime(2006, 1, 2, 22, 4, 5, tzinfo=UTC)


def check(
    body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,), now: datetime = SENT, **headers: str
) -> None:
    given = {"X-Metronome-Date": DATE, "Metronome-Webhook-Signature": SIGNATURE} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    claim = claim_of(CIMultiDict((name, value) for name, value in given.items() if value), now, 300)
    verify(body, claim, secrets)


def test_the_documented_example_has_the_documented_signature() -> None:
    assert sign(BODY, DATE, SECRET) == SIGNATURE


def test_the_documented_example_verifies() -> None:
    check()


def test_either_secret_is_accepted_during_a_rotation() -> None:
    check(secrets=("the-new-one", SECRET))


def test_the_standard_date_header_is_used_if_metronomes_own_is_missing() -> None:
    check(X_Metronome_Date="", Date=DATE)


def test_metronomes_own_date_header_comes_before_one_that_a_proxy_rewrote() -> None:
    check(Date="Tue, 03 Jan 2006 00:00:00 GMT")


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_tolerance_applies_in_both_directions(seconds: int) -> None:
    check(now=SENT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"Metronome_Webhook_Signature": ""}, id="no signature"),
        pytest.param({"X_Metronome_Date": ""}, id="no date"),
        pytest.param({"Metronome_Webhook_Signature": SIGNATURE.upper()}, id="upper-case hex"),
        pytest.param({"Metronome_Webhook_Signature": SIGNATURE[:-1] + "c"}, id="another signature"),
        pytest.param({"Metronome_Webhook_Signature": "ß" * 64}, id="not even ASCII"),
        pytest.param({"Metronome_Webhook_Signature": "\udcff" * 64}, id="not even UTF-8"),
        pytest.param({"X_Metronome_Date": "\udcff" + DATE}, id="a date that is not UTF-8"),
        pytest.param({"body": BODY + b" "}, id="one more byte"),
        pytest.param({"secrets": ("another",)}, id="another secret"),
        pytest.param({"secrets": ()}, id="no secret at all"),
        pytest.param({"now": SENT + timedelta(seconds=301)}, id="too old"),
        pytest.param({"now": SENT - timedelta(seconds=301)}, id="from the future"),
        pytest.param({"X_Metronome_Date": "yesterday"}, id="no date at all"),
        pytest.param(
            {"X_Metronome_Date": "Mon, 02 Jan 99999 22:04:05 GMT"}, id="a year that does not exist"
        ),
        pytest.param({"X_Metronome_Date": "2006-01-02T22:04:05Z"}, id="not an HTTP date"),
    ],
)
def test_a_request_that_is_not_metronomes_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidSignature):
        check(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(360, "6 minutes old"), (-7200, "2 hours in the future")],
    ids=["old", "in the future"],
)
def test_a_date_outside_of_the_tolerance_is_refused_with_the_difference(
    seconds: int, age: str
) -> None:
    with pytest.raises(InvalidSignature, match=f"it is {age}. This machine's clock may be wrong"):
        check(now=SENT + timedelta(seconds=seconds))
