"""An unused login is kept alive, and a problem with it shows at once."""

import threading
from datetime import timedelta

import pytest

from invoice_creator.login_watch import LOOK_SECONDS, RETRY_SECONDS, UNSAVED_SECONDS, LoginWatch
from invoice_providers.connection import Connection
from invoice_providers.oauth.grant import Grant
from invoice_providers.oauth.token_chain import TokenChain
from invoice_providers.oauth.tokens import Tokens
from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.registry import provider_of
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.outgoing.outgoing import Reach
from tests.fakes import START, FakeClock
from tests.support.waiting import eventually
from tests.unit.providers.oauth.fakes import OURS, WORDS, FakeIntuit, FakeTokenStore


class Creator:
    """An idle creator with one login to keep."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.intuit = FakeIntuit(self.clock)
        self.store = FakeTokenStore()
        self.first_token: str | None = "r0"
        self.health = Health(self.clock, 1800)
        self.metrics = Metrics()
        self.chain = TokenChain(
            self.store, Grant(OURS, lambda: self.first_token, self.intuit.renew, WORDS), self.clock
        )
        client = QuickBooksOnline(
            "http://127.0.0.1:1",
            self.chain,
            lambda: None,
            clock=self.clock,
            reach=Reach(1),
            login=self.chain,
        )
        connection = Connection(provider_of("quickbooks_online"), client)
        self.watch = LoginWatch(connection, self.health, self.metrics, self.clock)
        self.chain.watch(self.watch.tell)

    def value(self, series: str) -> float | None:
        lines = self.metrics.exposition().decode().splitlines()
        found = [line.rpartition(" ")[2] for line in lines if line.startswith(series + " ")]
        return float(found[0]) if found else None


UNSAVED = 'invoice_connector_tokens_unsaved{system="quickbooks_online"}'
UNUSED = 'invoice_connector_login_ends_timestamp_seconds{limit="unused",system="quickbooks_online"}'
TOTAL = 'invoice_connector_login_ends_timestamp_seconds{limit="total",system="quickbooks_online"}'
REFUSALS = (
    'invoice_connector_call_seconds_count{outcome="credentials-refused",system="quickbooks_online"}'
)


@pytest.fixture
def creator() -> Creator:
    return Creator()


def new_tokens_fail(tokens: Tokens) -> CallFailed | None:
    return None if tokens.claim else Unavailable("The disk is full.", outage=True)


def test_the_login_shows_its_expiry_as_metrics(creator: Creator) -> None:
    creator.intuit.ends_at = START + timedelta(days=1825)

    assert creator.watch.keep() == LOOK_SECONDS

    assert creator.value(UNUSED) == (START + timedelta(days=100)).timestamp()
    assert creator.value(TOTAL) == creator.intuit.ends_at.timestamp()
    assert creator.value(UNSAVED) == 0
    assert creator.health.missing_parts() == []


def test_tokens_that_could_not_be_stored_show_at_once(
    creator: Creator, capsys: pytest.CaptureFixture[str]
) -> None:
    creator.store.fault = new_tokens_fail

    with pytest.raises(Unavailable):
        creator.chain.current()

    assert creator.value(UNSAVED) == 1
    (missing,) = creator.health.missing_parts()
    assert missing.startswith("quickbooks_online tokens: The new tokens are only in memory")
    assert "The disk is full." in missing
    assert "new tokens not stored" in capsys.readouterr().out


def test_unstored_tokens_are_written_again_soon_and_then_all_is_well(creator: Creator) -> None:
    creator.store.fault = new_tokens_fail
    assert creator.watch.keep() == UNSAVED_SECONDS

    creator.store.fault = lambda _tokens: None
    assert creator.watch.keep() == LOOK_SECONDS

    assert creator.value(UNSAVED) == 0
    assert creator.health.missing_parts() == []
    assert creator.intuit.renewals == 1


def test_a_stopping_creator_tries_once_more(creator: Creator) -> None:
    creator.store.fault = new_tokens_fail
    creator.watch.keep()
    creator.store.fault = lambda _tokens: None

    creator.watch.close()

    assert creator.store.stored is not None
    assert creator.store.stored.tokens.refresh_token == "r1"


def test_an_expired_login_shows_even_without_invoices(creator: Creator) -> None:
    creator.intuit.valid = "somebody disconnected the app"
    creator.watch.keep()

    for _ in range(3):
        assert creator.watch.keep() == RETRY_SECONDS

    (missing,) = creator.health.missing_parts()
    assert missing.startswith(
        "quickbooks_online login: The connection to QuickBooks Online has ended"
    )
    assert creator.value(REFUSALS) == 3

    creator.first_token = creator.intuit.valid
    assert creator.watch.keep() == LOOK_SECONDS
    assert creator.health.missing_parts() == []


def test_a_store_that_is_away_for_a_while_is_not_a_refusal(creator: Creator) -> None:
    creator.store.fault = lambda _tokens: Unavailable("S3 is down.", outage=True)

    assert creator.watch.keep() == RETRY_SECONDS

    assert creator.health.missing_parts() == []
    assert creator.value(REFUSALS) is None


def test_a_store_that_refuses_us_shows_before_a_token_is_spent(creator: Creator) -> None:
    creator.store.fault = lambda _tokens: CredentialsRefused("The role may not write.")

    assert creator.watch.keep() == RETRY_SECONDS

    assert creator.health.missing_parts() == ["quickbooks_online login: The role may not write."]
    assert creator.intuit.renewals == 0


def test_the_login_is_kept_alive_from_start_to_end(creator: Creator) -> None:
    stop = threading.Event()
    creator.watch.start(stop)

    eventually(lambda: creator.intuit.renewals == 1)

    stop.set()
    eventually(
        lambda: all(each.name != "keep-login-quickbooks_online" for each in threading.enumerate())
    )
