"""What the creator reads from the environment, and what stops it from starting."""

from decimal import Decimal
from pathlib import Path

import pytest

from invoice_creator.settings import CreatorSettings, destinations_of_group, group_of, read_creator
from invoice_providers.names import destinations
from invoice_providers.netsuite.setup import derived_base_url
from invoice_providers.registry import Accounts, connect
from invoice_shared.settings import InvalidSettings
from tests.fakes import FakeClock

NETSUITE = {
    "NS_ACCOUNT_ID": "1234567_SB1",
    "NS_CONSUMER_KEY": "ck",
    "NS_CONSUMER_SECRET": "cs",
    "NS_TOKEN_ID": "ti",
    "NS_TOKEN_SECRET": "ts",
}
OAUTH = {
    "NS_ACCOUNT_ID": "1234567_SB1",
    "NS_OAUTH_CLIENT_ID": "ci",
    "NS_OAUTH_CERTIFICATE_ID": "ce",
    "NS_OAUTH_PRIVATE_KEY": "pk",
}
QUICKBOOKS = {
    "QBO_REALM_ID": "1",
    "QBO_CLIENT_ID": "ci",
    "QBO_CLIENT_SECRET": "cs",
    "QBO_REFRESH_TOKEN": "rt",
    "QBO_TOKEN_STORE": "/tokens.json",
}
RAZORPAY = {"RAZORPAY_APIKEY_ID": "k", "RAZORPAY_APIKEY_SECRET": "s"}


def settings(
    monkeypatch: pytest.MonkeyPatch, **environment: str
) -> tuple[CreatorSettings, Accounts]:
    monkeypatch.setenv("METRONOME_API_KEY", "key")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return read_creator()


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        pytest.param(
            {"NS_ACCOUNT_ID": "1"}, set(NETSUITE) - {"NS_ACCOUNT_ID"}, id="NetSuite partly set"
        ),
        pytest.param(
            {"NS_OAUTH_CLIENT_ID": "c"},
            set(OAUTH) - {"NS_OAUTH_CLIENT_ID"},
            id="NetSuite by certificate, partly set",
        ),
        pytest.param(
            {"NS_TOKEN_ID": "t"},
            set(NETSUITE) - {"NS_TOKEN_ID"},
            id="NetSuite by token, partly set",
        ),
        pytest.param(NETSUITE | OAUTH, set(NETSUITE) - {"NS_ACCOUNT_ID"}, id="NetSuite both ways"),
        pytest.param(
            OAUTH | {"NS_TOKEN_ID": "t"},
            {"NS_TOKEN_ID"},
            id="NetSuite one way with leftovers of the other",
        ),
        pytest.param(
            {"NS_OAUTH_ALGORITHM": "RS256"},
            {"NS_OAUTH_ALGORITHM"},
            id="an algorithm that NetSuite refuses",
        ),
        pytest.param(
            {"RAZORPAY_APIKEY_ID": "k"}, {"RAZORPAY_APIKEY_SECRET"}, id="Razorpay partly set"
        ),
        pytest.param(
            {"QBO_REFRESH_TOKEN": "t"},
            {"QBO_REALM_ID", "QBO_CLIENT_ID", "QBO_CLIENT_SECRET", "QBO_TOKEN_STORE"},
            id="QuickBooks partly set",
        ),
        pytest.param(
            {"NS_CURRENCY_IDS": "USD"}, {"NS_CURRENCY_IDS"}, id="currency ids that are not JSON"
        ),
        pytest.param(
            {
                "NS_BASE_URL": "http://h/services",
                "QBO_BASE_URL": "http://h/v3",
                "RAZORPAY_BASE_URL": "http://h/v1/",
            },
            {"NS_BASE_URL", "QBO_BASE_URL", "RAZORPAY_BASE_URL"},
            id="base URLs with a path",
        ),
        pytest.param(
            {
                "METRONOME_BASE_URL": "http://",
                "NS_BASE_URL": "http://h:port",
                "QBO_BASE_URL": "http://[h",
                "QBO_TOKEN_URL": "ftp://h",
                "RAZORPAY_BASE_URL": "http://h:70000",
            },
            {
                "METRONOME_BASE_URL",
                "NS_BASE_URL",
                "QBO_BASE_URL",
                "QBO_TOKEN_URL",
                "RAZORPAY_BASE_URL",
            },
            id="invalid addresses",
        ),
        pytest.param(
            QUICKBOOKS | {"QBO_TOKEN_STORE": "s3://bucket"},
            {"QBO_TOKEN_STORE"},
            id="a bucket without a key",
        ),
        pytest.param(
            {"CREATOR_DESTINATIONS": '["stripe"]'},
            {"CREATOR_DESTINATIONS"},
            id="an unknown destination",
        ),
        pytest.param({"CREATOR_DESTINATIONS": "[]"}, {"CREATOR_DESTINATIONS"}, id="no destination"),
        pytest.param(
            {"HOLD_ABOVE": '{"usd":"1"}'}, {"HOLD_ABOVE"}, id="a bound for an invalid currency"
        ),
        pytest.param({"HOLD_ABOVE": '{"USD":"-1"}'}, {"HOLD_ABOVE"}, id="a negative bound"),
        pytest.param(
            {"HOLD_ABOVE": '{"USD":"much"}'}, {"HOLD_ABOVE"}, id="a bound that is not an amount"
        ),
        pytest.param({"HOLD_ABOVE": "50000"}, {"HOLD_ABOVE"}, id="bounds that are not an object"),
        pytest.param(
            {
                "CREATOR_CONCURRENCY": "0",
                "BILLING_PROVIDER_RETRIES": "-1",
                "CIRCUIT_PROBE_SECONDS": "x",
            },
            {"CREATOR_CONCURRENCY", "BILLING_PROVIDER_RETRIES", "CIRCUIT_PROBE_SECONDS"},
            id="numbers out of range, all at once",
        ),
    ],
)
def test_every_problem_is_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: set[str]
) -> None:
    with pytest.raises(InvalidSettings) as invalid:
        settings(monkeypatch, **environment)

    assert {problem.split(":")[0] for problem in invalid.value.problems} == named


@pytest.mark.parametrize(
    ("environment", "bounds"),
    [
        pytest.param({}, {}, id="nothing is held by default"),
        pytest.param({"HOLD_ABOVE": '{"*":"0"}'}, {"*": Decimal(0)}, id="a shadow run"),
        pytest.param(
            {"HOLD_ABOVE": '{"USD":"50000","JPY":5000000.5}'},
            {"USD": Decimal(50000), "JPY": Decimal("5000000.5")},
            id="bounds by currency, as text or numbers",
        ),
    ],
)
def test_the_settings_say_what_is_held_for_approval(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], bounds: dict[str, Decimal]
) -> None:
    assert settings(monkeypatch, **environment)[0].hold_above == bounds


def test_a_quickbooks_whose_token_store_holds_the_chain_needs_no_first_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    complete = dict.fromkeys(
        ("QBO_REALM_ID", "QBO_CLIENT_ID", "QBO_CLIENT_SECRET", "QBO_TOKEN_STORE"), "x"
    )

    assert (
        settings(monkeypatch, **complete)[1]["quickbooks_online"].secret("qbo_refresh_token")
        is None
    )


def test_both_halves_of_razorpays_key_may_come_from_files_and_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paths = {f"{name}_FILE": tmp_path / name for name in RAZORPAY}
    for path in paths.values():
        path.write_text("old")
    given, accounts = settings(monkeypatch, **{name: str(path) for name, path in paths.items()})
    for path in paths.values():
        path.write_text("new")

    assert connect(accounts, given.creator_destinations, FakeClock()).keys() == {"razorpay"}
    key = accounts["razorpay"]
    assert [key.secret("razorpay_apikey_id"), key.secret("razorpay_apikey_secret")] == [
        "new",
        "new",
    ]


@pytest.mark.parametrize(
    ("environment", "group"),
    [
        pytest.param({}, "invoice-creator", id="all destinations"),
        pytest.param(
            {"CREATOR_DESTINATIONS": '["netsuite"]'},
            "invoice-creator-netsuite",
            id="one destination",
        ),
        pytest.param(
            {"CREATOR_DESTINATIONS": '["razorpay","netsuite","razorpay"]'},
            "invoice-creator-netsuite-razorpay",
            id="several, sorted",
        ),
        pytest.param(
            {"CREATOR_DESTINATIONS": '["razorpay","quickbooks_online","netsuite"]'},
            "invoice-creator",
            id="all, named",
        ),
        pytest.param({"KAFKA_CONSUMER_GROUP": "ours"}, "ours", id="a group of the operator's own"),
    ],
)
def test_the_consumer_group_follows_the_destinations(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], group: str
) -> None:
    assert settings(monkeypatch, **environment)[0].consumer_group() == group


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("invoice-creator", destinations()),
        ("invoice-creator-netsuite", ("netsuite",)),
        ("invoice-creator-netsuite-quickbooks_online", ("netsuite", "quickbooks_online")),
        ("invoice-creator-sap", None),
        ("invoice-creator-", None),
        ("invoice-creators", None),
        ("my-invoice-creator-netsuite", None),
        ("invoice-formatter", None),
    ],
)
def test_the_name_of_a_group_says_which_destinations_it_takes(
    name: str, taken: tuple[str, ...] | None
) -> None:
    assert destinations_of_group(name) == taken
    assert taken is None or group_of(taken) == name


@pytest.mark.parametrize(
    ("environment", "built"),
    [
        pytest.param({}, set(), id="nothing set up"),
        pytest.param(NETSUITE, {"netsuite"}, id="NetSuite set up"),
        pytest.param(OAUTH, {"netsuite"}, id="NetSuite by certificate"),
        pytest.param(QUICKBOOKS, {"quickbooks_online"}, id="QuickBooks set up"),
        pytest.param(RAZORPAY, {"razorpay"}, id="Razorpay set up"),
        pytest.param(
            NETSUITE | QUICKBOOKS | RAZORPAY,
            {"netsuite", "quickbooks_online", "razorpay"},
            id="all of them",
        ),
        pytest.param(
            {**NETSUITE, "CREATOR_DESTINATIONS": '["razorpay"]'},
            set(),
            id="set up, but not taken here",
        ),
    ],
)
def test_a_provider_is_built_if_it_is_set_up_and_taken(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], built: set[str]
) -> None:
    given, accounts = settings(monkeypatch, **environment)

    assert connect(accounts, given.creator_destinations, FakeClock()).keys() == built


def test_the_base_url_is_derived_from_the_account() -> None:
    assert derived_base_url("1234567_SB1") == "https://1234567-sb1.suitetalk.api.netsuite.com"
