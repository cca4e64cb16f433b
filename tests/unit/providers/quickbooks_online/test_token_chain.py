"""Who renews, what is written before it is used, and when a dead chain is believed to be dead."""

import threading

import pytest

from invoice_providers.quickbooks_online.token_chain import TokenChain
from invoice_shared.errors import CredentialsRefused, Unavailable
from tests.fakes import FakeClock
from tests.unit.providers.quickbooks_online.doubles import FakeIntuit, FakeTokenStore


class Company:
    """One login and one store; replicas come and go."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.intuit = FakeIntuit(self.clock)
        self.store = FakeTokenStore()
        self.first_token: str | None = "r0"

    def replica(self) -> TokenChain:
        return TokenChain(self.store, self.intuit.renew, lambda: self.first_token, self.clock)

    def stored_refresh_token(self) -> str | None:
        return self.store.stored.tokens.refresh_token if self.store.stored else None


@pytest.fixture
def company() -> Company:
    return Company()


def test_the_first_token_starts_the_chain_and_what_follows_is_stored(company: Company) -> None:
    assert company.replica().current() == "a1"
    assert company.stored_refresh_token() == company.intuit.valid == "r1"


def test_one_renewal_serves_all_replicas_for_an_hour(company: Company) -> None:
    chains = [company.replica() for _ in range(3)]

    assert {chain.current() for chain in chains for _ in range(5)} == {"a1"}
    company.clock.advance(3600)
    assert {chain.current() for chain in chains for _ in range(5)} == {"a2"}


def test_a_restarted_process_goes_on_with_what_is_stored(company: Company) -> None:
    company.replica().current()
    company.clock.advance(3600)

    assert company.replica().current() == "a2"


def test_a_refused_token_is_renewed_before_its_time(company: Company) -> None:
    chain = company.replica()
    chain.refused(chain.current())

    assert chain.current() == "a2"


def test_a_late_refusal_of_an_old_token_does_not_end_the_new_one(company: Company) -> None:
    chain = company.replica()
    old = chain.current()
    chain.refused(old)
    chain.current()
    chain.refused(old)

    assert chain.current() == "a2"
    assert company.intuit.renewals == 2


def test_a_refused_token_that_another_replica_has_renewed_is_taken_from_the_store(company: Company) -> None:
    ours, theirs = company.replica(), company.replica()
    token = ours.current()
    theirs.current()
    theirs.refused(token)
    theirs.current()
    ours.refused(token)

    assert ours.current() == "a2"
    assert company.intuit.renewals == 2


def test_a_token_that_could_not_be_stored_is_not_used(company: Company) -> None:
    company.store.fails = Unavailable("The disk is full.", outage=True)

    with pytest.raises(Unavailable):
        company.replica().current()


def test_while_another_process_renews_nobody_waits(company: Company) -> None:
    company.store.busy = Unavailable("busy", retry_after=1, outage=True)

    with pytest.raises(Unavailable):
        company.replica().current()

    assert company.intuit.renewals == 0


def test_who_comes_second_to_the_store_uses_the_winners_token(company: Company) -> None:
    company.replica().current()
    company.clock.advance(3600)
    winner, loser = company.replica(), company.replica()

    def win() -> None:
        winner.current()
        company.intuit.valid = "r1"  # Intuit may take the old one once more

    company.intuit.before_answer = win

    assert loser.current() == winner.current() == "a2"
    assert company.stored_refresh_token() == "r2"


def test_who_comes_second_to_intuit_uses_the_winners_token(company: Company) -> None:
    company.replica().current()
    company.clock.advance(3600)
    winner, loser = company.replica(), company.replica()

    def win() -> None:
        winner.current()

    company.intuit.before_answer = win

    assert loser.current() == winner.current() == "a2"


def test_a_refusal_is_believed_the_second_time_for_the_winner_may_still_be_writing(company: Company) -> None:
    chain = company.replica()
    company.intuit.valid = "somebody has just renewed it"

    with pytest.raises(Unavailable) as doubted:
        chain.current()
    with pytest.raises(CredentialsRefused) as believed:
        chain.current()

    assert (doubted.value.outage, doubted.value.retry_after) == (True, 2.0)
    assert "QBO_REFRESH_TOKEN" in believed.value.reason
    assert "r0" not in believed.value.reason


def test_a_new_first_token_begins_a_dead_chain_anew(company: Company) -> None:
    chain = company.replica()
    token = chain.current()
    company.intuit.valid = "connected again"
    chain.refused(token)
    with pytest.raises(Unavailable):
        chain.current()

    company.first_token = "connected again"

    assert chain.current() == "a2"
    assert company.stored_refresh_token() == company.intuit.valid


def test_a_living_chain_takes_no_notice_of_the_first_token(company: Company) -> None:
    company.replica().current()
    company.first_token = "other"
    company.clock.advance(3600)

    assert company.replica().current() == "a2"


def test_without_any_token_an_operator_is_asked(company: Company) -> None:
    company.first_token = None

    with pytest.raises(CredentialsRefused):
        company.replica().current()


def test_workers_at_once_share_one_renewal(company: Company) -> None:
    chain, tokens = company.replica(), []
    workers = [threading.Thread(target=lambda: tokens.append(chain.current())) for _ in range(16)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert tokens == ["a1"] * 16
