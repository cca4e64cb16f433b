from datetime import datetime, timedelta

import pytest

from invoice_error_sink.settings import ErrorSinkSettings
from invoice_operations.check.checks import check_call, check_login, check_settings, once
from invoice_operations.topics import is_enough, plan
from invoice_providers.login import LoginState
from invoice_shared.archive.archive import ArchiveUnavailable, ArchiveUnreachable
from invoice_shared.errors import (
    ConnectorError,
    CredentialsRefused,
    Rejected,
    StartupError,
    Unavailable,
)
from invoice_shared.settings import read
from invoice_webhook.settings import WebhookSettings
from tests.fakes import START
from tests.unit.operations.fakes import SETTINGS


def test_a_setting_that_is_only_missing_here_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("METRONOME_WEBHOOK_SECRET", raising=False)

    line = check_settings("invoice-webhook", lambda: read(WebhookSettings))

    assert (line.state, "METRONOME_WEBHOOK_SECRET" in line.detail) == ("note", True)


def test_a_malformed_setting_is_always_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERROR_SINK_MAX_RECORDS", "many")

    (line,) = once([check_settings("invoice-error-sink", lambda: read(ErrorSinkSettings))])

    assert (line.state, "ERROR_SINK_MAX_RECORDS" in line.detail) == ("wrong setting", True)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (CredentialsRefused("no"), "to fix"),
        (Rejected("invalid-invoice", "no"), "to fix"),
        (Unavailable("no"), "unreachable"),
        (ArchiveUnavailable("no"), "to fix"),
        (StartupError("no"), "to fix"),
        (ArchiveUnreachable("no"), "unreachable"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_failed_call_says_who_has_to_act(error: ConnectorError, state: str) -> None:
    def call() -> None:
        raise error

    line = check_call("part", call, "fine")

    assert (line.state, line.detail) == (state, "no")


@pytest.mark.parametrize(
    ("found", "planned", "enough"),
    [
        ("compact", "compact", True),
        ("delete", "compact", False),
        ("1209600000", "1209600000", True),
        ("9999999999", "1209600000", True),
        ("-1", "1209600000", True),
        ("604800000", "1209600000", False),
        (None, "2", False),
    ],
)
def test_a_topic_that_keeps_at_least_what_is_planned_is_fine(
    found: str | None, planned: str, enough: bool
) -> None:
    assert is_enough(found, planned) is enough


def test_in_sync_replicas_never_exceed_the_replicas() -> None:
    assert {each.config["min.insync.replicas"] for each in plan(SETTINGS, 12, 1, 2)} == {"1"}
    assert {each.config["min.insync.replicas"] for each in plan(SETTINGS, 12, 3, 2)} == {"2"}


def after(days: float) -> datetime:
    return START + timedelta(days=days)


@pytest.mark.parametrize(
    ("state", "expected", "said"),
    [
        pytest.param(
            LoginState(after(99.9), after(1825)), "works", "unused in 99 days", id="both far"
        ),
        pytest.param(
            LoginState(after(99), after(1825)), "works", "any case in 1825 days", id="in any case"
        ),
        pytest.param(LoginState(after(30)), "works", "unused in 30 days", id="thirty days"),
        pytest.param(
            LoginState(after(29.9)), "to fix", "Connect the app again", id="unused too long"
        ),
        pytest.param(
            LoginState(after(99), after(12)), "to fix", "any case in 12 days", id="after five years"
        ),
        pytest.param(LoginState(after(-1)), "to fix", "in -1 days", id="expired"),
        pytest.param(LoginState(), "note", "has not said", id="unknown"),
    ],
)
def test_a_login_that_ends_soon_is_to_fix(state: LoginState, expected: str, said: str) -> None:
    line = check_login("login at quickbooks_online", state, START)

    assert (line.state, said in line.detail) == (expected, True)
