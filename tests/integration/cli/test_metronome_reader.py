"""Reading the simulated Metronome: all pages, archived customers, patience, and refused
credentials.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from invoice_operations.metronome_reader import MetronomeReader
from invoice_operations.rate_limit import RateLimit
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable
from invoice_shared.settings import MetronomeApiSettings
from tests.fakes import FakeClock
from tests.integration.cli.builders import ISSUED, customer, id_of, invoice, text
from tests.support.outside import Outside


def reader(
    outside: Outside, api_key: str | None = None, clock: FakeClock | None = None
) -> MetronomeReader:
    clock = clock or FakeClock()
    settings = MetronomeApiSettings(
        metronome_base_url=outside.settings["METRONOME_BASE_URL"],
        metronome_api_key=SecretStr(api_key or outside.settings["METRONOME_API_KEY"]),
        http_timeout_seconds=10,
    )
    return MetronomeReader(settings, RateLimit(None, clock, clock.advance))


def test_every_page_of_customers_is_read_including_archived_ones(outside: Outside) -> None:
    outside.metronome.seed_customers(
        [customer(number, archived=number % 10 == 0) for number in range(250)]
    )

    found = list(reader(outside).customer_ids())

    assert len(found) == 250
    assert set(found) == {id_of(f"customer {number}") for number in range(250)}


def test_a_customers_invoices_are_read_back_to_the_window_in_any_status(
    outside: Outside,
) -> None:
    owner = customer(1)
    outside.metronome.seed_invoices(
        [
            invoice(
                f"inv-{hours}",
                owner,
                100,
                issued_at=text(ISSUED - timedelta(hours=hours)),
                status=status,
            )
            for hours, status in [
                (number, "VOID" if number % 2 else "FINALIZED") for number in range(150)
            ]
        ]
    )

    found = reader(outside).invoices_since(owner["id"], ISSUED - timedelta(hours=120, minutes=30))

    assert [each["id"] for each in found] == [id_of(f"inv-{hours}") for hours in range(121)]
    assert isinstance(found[0]["total"], Decimal | int)


def test_it_waits_as_long_as_a_busy_metronome_asks_for(outside: Outside) -> None:
    outside.metronome.seed_customers([customer(1)])
    outside.metronome.inject("status", status=429, headers={"Retry-After": "7"}, times=2)

    clock = FakeClock()

    assert list(reader(outside, clock=clock).customer_ids()) == [id_of("customer 1")]
    assert clock.monotonic() >= 14


def test_it_gives_up_in_the_end(outside: Outside) -> None:
    outside.metronome.inject("status", status=503)

    with pytest.raises(Unavailable):
        reader(outside).check()

    assert len(outside.metronome.requests()) == 5


def test_a_refused_key_and_an_unknown_invoice_are_reported_at_once(outside: Outside) -> None:
    with pytest.raises(CredentialsRefused):
        reader(outside, "wrong").check()
    with pytest.raises(Rejected):
        reader(outside).invoice("nobody", "nothing")

    assert len(outside.metronome.requests()) == 2
