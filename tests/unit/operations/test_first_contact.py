"""A system that was never reached is told at once; one that was is waited for."""

from collections.abc import Callable

import pytest

from invoice_operations.first_contact import FirstContact
from invoice_operations.metronome_reader import TRIES, MetronomeReader, patiently
from invoice_operations.rate_limit import RateLimit
from invoice_shared.errors import Rejected, Unavailable, Unreachable
from invoice_shared.settings import MetronomeApiSettings
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK, free_port

AWAY = Unreachable("Metronome cannot be reached at http://nowhere (ConnectTimeout).")


class Calls:
    """Fails with these in turn, and then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answered"


def asked(call: Callable[[], str], contact: FirstContact) -> str:
    clock = FakeClock()
    return patiently(call, RateLimit(None, clock, clock.advance), 1, contact)


def test_a_system_that_was_never_reached_is_not_waited_for() -> None:
    call = Calls(AWAY)

    with pytest.raises(Unreachable):
        asked(call, FirstContact())

    assert call.made == 1


@pytest.mark.parametrize("first", [None, Unavailable("busy"), Rejected("invoice-not-found", "no")])
def test_a_system_that_was_reached_once_is_waited_for(first: Exception | None) -> None:
    contact = FirstContact()
    if isinstance(first, Rejected):
        with pytest.raises(Rejected):
            asked(Calls(first), contact)
    else:
        asked(Calls(*([first] if first else [])), contact)

    assert asked(Calls(*[AWAY] * (TRIES - 1)), contact) == "answered"


def test_an_unreachable_metronome_is_reported_with_its_address() -> None:
    clock = FakeClock()
    url = f"http://{LOOPBACK}:{free_port()}"
    settings = MetronomeApiSettings.model_validate(
        {"metronome_base_url": url, "metronome_api_key": "key"}
    )

    begun = clock.monotonic()

    with pytest.raises(Unreachable, match=url):
        MetronomeReader(settings, RateLimit(None, clock, clock.advance)).check()

    assert clock.monotonic() == begun
