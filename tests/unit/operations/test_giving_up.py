import pytest

from invoice_operations.giving_up import MAX_IN_A_ROW, GivingUp
from invoice_shared.errors import CredentialsRefused, Unavailable


class FailingCall:
    """Fails as the test says, and counts the calls."""

    def __init__(self, *errors: Exception | None) -> None:
        self._errors = list(errors)
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        if error := self._errors.pop(0):
            raise error
        return "there"


def ask(patience: GivingUp, call: FailingCall) -> str:
    try:
        return patience.call(call)
    except (Unavailable, CredentialsRefused) as error:
        return str(error)


def test_after_several_failures_in_a_row_nothing_more_is_asked() -> None:
    patience = GivingUp("NetSuite")
    call = FailingCall(*[Unavailable("busy")] * MAX_IN_A_ROW)

    answers = [ask(patience, call) for _ in range(MAX_IN_A_ROW + 2)]

    assert answers[:-2] == ["busy"] * MAX_IN_A_ROW
    assert answers[-2:] == ["NetSuite is no longer called in this run: busy"] * 2
    assert call.count == MAX_IN_A_ROW


def test_a_success_in_between_starts_the_count_again() -> None:
    errors = [Unavailable("busy")] * (MAX_IN_A_ROW - 1)
    patience = GivingUp("NetSuite")
    call = FailingCall(*errors, None, *errors, None)

    assert [ask(patience, call) for _ in range(2 * MAX_IN_A_ROW)].count("there") == 2


def test_refused_credentials_are_not_tried_again() -> None:
    patience = GivingUp("NetSuite")
    call = FailingCall(CredentialsRefused("wrong token"))

    with pytest.raises(CredentialsRefused):
        patience.call(call)
    with pytest.raises(Unavailable, match="wrong token"):
        patience.call(call)
    assert call.count == 1
