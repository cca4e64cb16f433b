from datetime import datetime, timedelta

import pytest

from invoice_creator.repeats import must_look_first
from invoice_providers.base import FOR_EVER
from tests.builders import formatted_invoice
from tests.fakes import START

QUARTER = timedelta(minutes=15)
NEVER = timedelta(0)


@pytest.mark.parametrize(
    ("in_doubt", "age", "recognised_for", "looks"),
    [
        pytest.param(False, timedelta(0), QUARTER, False, id="fresh"),
        pytest.param(False, QUARTER - timedelta(seconds=1), QUARTER, False, id="just fresh enough"),
        pytest.param(False, QUARTER, QUARTER, True, id="old"),
        pytest.param(True, timedelta(0), QUARTER, True, id="fresh, in doubt"),
        pytest.param(False, timedelta(0), NEVER, True, id="fresh, and never recognised"),
        pytest.param(False, timedelta(days=400), FOR_EVER, False, id="old, and always recognised"),
        pytest.param(True, timedelta(0), FOR_EVER, True, id="always recognised, in doubt"),
        pytest.param(False, None, QUARTER, True, id="of unknown age"),
    ],
)
def test_when_to_look_before_creating(
    in_doubt: bool, age: timedelta | None, recognised_for: timedelta, looks: bool
) -> None:
    heard = None if age is None else START - age
    document = formatted_invoice(received_at=heard, finalized_at=None)

    assert must_look_first(document, in_doubt=in_doubt, recognised_for=recognised_for, now=START) is looks


@pytest.mark.parametrize(
    ("received_at", "finalized_at", "looks"),
    [
        pytest.param(START, START - timedelta(days=30), False, id="received counts before finalized"),
        pytest.param(None, START - timedelta(days=30), True, id="finalized counts if nothing else is known"),
    ],
)
def test_an_invoice_is_as_old_as_what_we_heard_of_it(
    received_at: datetime | None, finalized_at: datetime, looks: bool
) -> None:
    document = formatted_invoice(received_at=received_at, finalized_at=finalized_at)

    assert must_look_first(document, in_doubt=False, recognised_for=QUARTER, now=START) is looks
