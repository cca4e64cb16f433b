"""Who renews, what is written before it is used, and when a dead chain is believed to be dead."""

import threading

import pytest

from invoice_providers.login import LoginState
from invoice_providers.oauth.claims import CLAIM
from invoice_providers.oauth.grant import Grant
from invoice_providers.oauth.token_chain import IDLE, TokenChain
from invoice_providers.oauth.tokens import Owner, Tokens
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from tests.fakes import FakeClock
from tests.unit.providers.oauth.fakes import OURS, UNUSED, WORDS, FakeIntuit, FakeTokenStore


class Company:
    """One login and one store, with replicas that come and go."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.intuit = FakeIntuit(self.clock)
        self.store = FakeTokenStore()
        self.first_token: str | None = "r0"

    def replica(self, owner: Owner = OURS) -> TokenChain:
        grant = Grant(owner, lambda: self.first_token, self.intuit.renew, WORDS)
        return TokenChain(self.store, grant, self.clock)

    def replica_state(self) -> LoginState:
        """Return what another replica knows after one look."""
        replica = self.replica()
        replica.keep()
        return replica.state

    def stored_refresh_token(self) -> str | None:
        return self.store.stored.tokens.refresh_token if self.store.stored else None


@pytest.fixture
def company() -> Company:
    return Company()


def test_the_first_token_starts_the_chain_and_its_successors_are_stored(company: Company) -> None:
    assert company.replica().current() == "a1"
    assert company.stored_refresh_token() == company.intuit.valid == "r1"


def test_one_renewal_serves_all_replicas_for_an_hour(company: Company) -> None:
    chains = [company.replica() for _ in range(3)]

    assert {chain.current() for chain in chains for _ in range(5)} == {"a1"}
    company.clock.advance(3600)
    assert {chain.current() for chain in chains for _ in range(5)} == {"a2"}


def test_a_restarted_process_continues_with_the_stored_token(company: Company) -> None:
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


def test_a_refused_token_is_taken_from_the_store_if_another_replica_renewed_it(
    company: Company,
) -> None:
    ours = company.replica()
    theirs = company.replica()
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


def test_nobody_waits_while_another_process_renews(company: Company) -> None:
    company.store.busy = Unavailable("busy", retry_after=1, outage=True)

    with pytest.raises(Unavailable):
        company.replica().current()

    assert company.intuit.renewals == 0


def test_the_second_writer_to_the_store_uses_the_winners_token(company: Company) -> None:
    company.replica().current()
    company.clock.advance(3600)
    winner = company.replica()
    loser = company.replica()

    def win() -> None:
        company.clock.advance(CLAIM.total_seconds())  # the loser is so slow that it seems dead
        winner.current()
        company.intuit.valid = "r1"  # Intuit may accept the old one once more

    company.intuit.before_answer = win

    assert loser.current() == winner.current() == "a2"
    assert company.stored_refresh_token() == "r2"


def test_the_second_renewal_at_intuit_uses_the_winners_token(company: Company) -> None:
    company.replica().current()
    company.clock.advance(3600)
    winner = company.replica()
    loser = company.replica()

    def win() -> None:
        company.clock.advance(CLAIM.total_seconds())
        winner.current()

    company.intuit.before_answer = win

    assert loser.current() == winner.current() == "a2"


def test_a_refusal_is_believed_the_second_time_since_the_winner_may_still_be_writing(
    company: Company,
) -> None:
    chain = company.replica()
    company.intuit.valid = "somebody has just renewed it"

    with pytest.raises(Unavailable) as doubted:
        chain.current()
    with pytest.raises(CredentialsRefused) as believed:
        chain.current()

    assert (doubted.value.outage, doubted.value.retry_after) == (True, 2.0)
    assert "QBO_REFRESH_TOKEN" in believed.value.reason
    assert "r0" not in believed.value.reason


def test_a_new_first_token_restarts_a_dead_chain(company: Company) -> None:
    chain = company.replica()
    token = chain.current()
    company.intuit.valid = "connected again"
    chain.refused(token)
    with pytest.raises(Unavailable):
        chain.current()

    company.first_token = "connected again"

    assert chain.current() == "a2"
    assert company.stored_refresh_token() == company.intuit.valid


def test_a_living_chain_ignores_the_first_token(company: Company) -> None:
    company.replica().current()
    company.first_token = "other"
    company.clock.advance(3600)

    assert company.replica().current() == "a2"


def test_without_any_token_an_operator_is_needed(company: Company) -> None:
    company.first_token = None

    with pytest.raises(CredentialsRefused):
        company.replica().current()


def test_simultaneous_workers_share_one_renewal(company: Company) -> None:
    chain = company.replica()
    tokens = []
    workers = [threading.Thread(target=lambda: tokens.append(chain.current())) for _ in range(16)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert tokens == ["a1"] * 16


def new_tokens_fail(tokens: Tokens) -> CallFailed | None:
    return None if tokens.claim else Unavailable("The disk is full.", outage=True)


def test_new_tokens_that_could_not_be_stored_are_written_again_before_each_use(
    company: Company,
) -> None:
    chain = company.replica()
    company.store.fault = new_tokens_fail
    for _ in range(3):
        with pytest.raises(Unavailable, match="The disk is full"):
            chain.current()

    company.store.fault = lambda _tokens: None

    assert chain.current() == "a1"
    assert company.intuit.renewals == 1
    assert company.stored_refresh_token() == company.intuit.valid == "r1"


def test_the_state_says_why_new_tokens_are_unsaved_and_each_change_is_reported(
    company: Company,
) -> None:
    chain = company.replica()
    told = list[LoginState]()
    chain.watch(told.append)
    company.store.fault = new_tokens_fail
    for _ in range(2):
        with pytest.raises(Unavailable):
            chain.current()
    assert chain.state.unsaved == "The disk is full."

    company.store.fault = lambda _tokens: None
    chain.current()

    assert [state.unsaved for state in told] == ["The disk is full.", None]


def test_the_keeper_of_the_login_saves_unsaved_tokens(company: Company) -> None:
    chain = company.replica()
    company.store.fault = new_tokens_fail
    with pytest.raises(Unavailable):
        chain.current()

    company.store.fault = lambda _tokens: None
    chain.keep()

    assert company.stored_refresh_token() == "r1"
    assert chain.state.unsaved is None


def test_unsaved_tokens_replace_the_claim_of_a_process_that_could_not_renew(
    company: Company,
) -> None:
    ours = company.replica()
    theirs = company.replica()
    company.store.fault = new_tokens_fail
    with pytest.raises(Unavailable):
        ours.current()
    company.store.fault = lambda _tokens: None
    company.clock.advance(CLAIM.total_seconds())
    with pytest.raises(Unavailable):  # its refresh token is the one that we used
        theirs.current()

    assert ours.current() == "a1"
    assert theirs.current() == "a1"


def test_unsaved_tokens_give_way_to_newer_ones_in_the_store(company: Company) -> None:
    ours = company.replica()
    theirs = company.replica()
    company.store.fault = new_tokens_fail
    with pytest.raises(Unavailable):
        ours.current()
    company.store.fault = lambda _tokens: None
    company.clock.advance(CLAIM.total_seconds())
    company.first_token = company.intuit.valid = "connected again"

    assert theirs.current() == "a2"
    assert ours.current() == "a2"
    assert ours.state.unsaved is None


def test_a_write_that_arrived_without_an_answer_is_recognised(company: Company) -> None:
    chain = company.replica()

    def arrives_unanswered(tokens: Tokens) -> CallFailed | None:
        if tokens.claim is not None:
            return None
        company.store.fault = lambda _tokens: None
        company.store.write(tokens, company.store.stored)
        return Unavailable("No answer.", outage=True)

    company.store.fault = arrives_unanswered
    with pytest.raises(Unavailable):
        chain.current()

    assert chain.current() == "a1"
    assert company.stored_refresh_token() == "r1"


@pytest.mark.parametrize("stored", [False, True], ids=["a first start", "a chain that goes on"])
@pytest.mark.parametrize(
    "error", [CredentialsRefused("read only"), Unavailable("down", outage=True)], ids=str
)
def test_a_token_that_cannot_be_stored_is_not_renewed(
    company: Company, stored: bool, error: CallFailed
) -> None:
    if stored:
        company.replica().current()
        company.clock.advance(3600)
    renewals = company.intuit.renewals
    valid = company.intuit.valid
    company.store.fault = lambda _tokens: error

    for chain in (company.replica(), company.replica()):
        for use in (chain.current, chain.current):
            with pytest.raises(type(error), match=error.reason):
                use()

    assert (company.intuit.renewals, company.intuit.valid) == (renewals, valid)


def test_a_store_that_ignores_conditions_gets_no_new_tokens(company: Company) -> None:
    company.store.is_careless = True

    with pytest.raises(CredentialsRefused, match="QBO_TOKEN_STORE"):
        company.replica().current()

    assert company.intuit.renewals == 0
    assert company.stored_refresh_token() == "r0"


def test_a_reader_uses_the_token_that_the_creator_has_stored(company: Company) -> None:
    company.replica().current()
    company.store.fault = lambda _tokens: CredentialsRefused("read only")

    assert company.replica().current() == "a1"


def test_nobody_uses_the_refresh_token_while_another_claims_the_renewal(company: Company) -> None:
    company.replica().current()
    company.clock.advance(3600)
    ours = company.replica()
    theirs = company.replica()
    errors: list[CallFailed] = []

    def meanwhile() -> None:
        with pytest.raises(Unavailable) as waits:
            theirs.current()
        errors.append(waits.value)

    company.intuit.before_answer = meanwhile

    assert ours.current() == theirs.current() == "a2"
    assert company.intuit.renewals == 2
    assert [error.retry_after for error in errors if isinstance(error, Unavailable)] == [2.0]


def test_a_process_that_died_after_its_claim_blocks_others_for_a_minute(company: Company) -> None:
    dead = company.replica()
    company.intuit.before_answer = die
    with pytest.raises(SystemExit):
        dead.current()

    with pytest.raises(Unavailable):
        company.replica().current()
    company.clock.advance(CLAIM.total_seconds())

    assert company.replica().current() == "a1"


def test_a_claim_by_a_clock_far_ahead_blocks_nobody(company: Company) -> None:
    dead = company.replica()
    company.intuit.before_answer = die
    with pytest.raises(SystemExit):
        dead.current()
    assert company.store.stored is not None
    ahead = company.store.stored.tokens.claimed("a dead process", company.clock.now() + 60 * CLAIM)
    company.store.write(ahead, company.store.stored)

    assert company.replica().current() == "a1"


def die() -> None:
    raise SystemExit


def test_with_a_lock_the_claim_of_a_dead_process_blocks_nobody(company: Company) -> None:
    company.store.has_lock = True
    company.intuit.before_answer = die
    with pytest.raises(SystemExit):
        company.replica().current()

    assert company.replica().current() == "a1"


OTHERS = [
    OURS.model_copy(update={"account": "4711"}),
    OURS.model_copy(update={"client_id": "app-2"}),
]


@pytest.mark.parametrize("other", OTHERS, ids=["another company", "another app"])
def test_changed_settings_start_a_new_chain_and_say_so(
    company: Company, other: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    company.replica().current()
    company.first_token = company.intuit.valid = "of the other"

    assert company.replica(other).current() == "a2"
    assert company.store.stored is not None
    assert company.store.stored.tokens.owner == other
    said = capsys.readouterr().out
    assert "new login begun" in said
    assert str(other) in said
    assert str(OURS) in said


def test_changed_settings_without_their_own_refresh_token_do_not_touch_the_store(
    company: Company,
) -> None:
    company.replica().current()

    for first in (None, "r0"):
        company.first_token = first
        chain = company.replica(OTHERS[0])
        with pytest.raises(CallFailed):
            chain.current()
        with pytest.raises(CredentialsRefused) as refused:
            chain.current()
        assert str(OURS) in refused.value.reason
        assert str(OTHERS[0]) in refused.value.reason
        assert "QBO_REFRESH_TOKEN" in refused.value.reason

    assert company.stored_refresh_token() == "r1"
    assert company.replica().current() == "a1"


def test_a_token_stored_by_an_older_version_counts_as_ours(company: Company) -> None:
    company.store.write(
        Tokens(refresh_token="r0", access_token="a0", renew_at=company.clock.now()), None
    )
    company.first_token = None

    assert company.replica().current() == "a1"
    assert company.store.stored is not None
    assert company.store.stored.tokens.owner == OURS


def test_an_unused_login_is_renewed_every_day(company: Company) -> None:
    chain = company.replica()
    for _ in range(200 * 24):
        chain.keep()
        company.clock.advance(3600)

    assert 190 <= company.intuit.renewals <= 200
    assert chain.state.unused_ends_at is not None
    assert chain.state.unused_ends_at - company.clock.now() > UNUSED - 2 * IDLE


def test_each_of_several_keepers_of_a_login_knows_its_end(company: Company) -> None:
    ours = company.replica()
    theirs = company.replica()
    ours.keep()
    theirs.keep()

    assert company.intuit.renewals == 1
    assert ours.state == theirs.state == LoginState(company.clock.now() + UNUSED)


def test_the_end_of_the_whole_login_is_kept_if_a_later_answer_does_not_name_it(
    company: Company,
) -> None:
    end = company.intuit.ends_at = company.clock.now() + 5 * 365 * IDLE
    chain = company.replica()
    chain.current()
    company.intuit.ends_at = None
    company.clock.advance(3600)
    chain.current()

    assert chain.state.ends_at == company.replica_state().ends_at == end


def test_a_new_login_does_not_inherit_the_end_of_the_old_one(company: Company) -> None:
    company.intuit.ends_at = company.clock.now() + IDLE
    chain = company.replica()
    token = chain.current()
    company.intuit.ends_at = None
    company.first_token = company.intuit.valid = "connected again"
    chain.refused(token)

    assert chain.current() == "a2"
    assert chain.state.ends_at is None
