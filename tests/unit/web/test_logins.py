"""Logins in the audit."""

from typing import cast

import pytest

from invoice_operations.installation import Installation
from invoice_shared.decision import Decision
from invoice_shared.publishing import PublishFailed
from invoice_shared.serde import from_bytes
from invoice_web.logins import Logins
from invoice_web.store import open_store
from tests.unit.operations.world import FakeInstallation


def entered(installation: FakeInstallation) -> list[Decision]:
    return [
        from_bytes(Decision, each.value) for each in installation.broker.to("invoice-decisions")
    ]


def test_a_login_waits_for_the_broker_and_is_recorded_once() -> None:
    installation = FakeInstallation([])
    logins = Logins(cast("Installation", installation), open_store(None, ""))
    logins.add("kim", "act")
    installation.broker.fail()
    with pytest.raises(PublishFailed):
        logins.enter()
    installation.broker.recover()

    logins.enter()
    logins.enter()

    (decision,) = entered(installation)
    assert (decision.kind, decision.subject, decision.by, decision.via) == (
        "login",
        "kim",
        "kim",
        "web",
    )


def test_a_user_named_by_a_proxy_is_recorded_once_per_twelve_hours() -> None:
    installation = FakeInstallation([])
    logins = Logins(cast("Installation", installation), open_store(None, ""))
    for _hour in range(13):
        logins.seen("kim", "act")
        logins.enter()
        installation.clock.advance(3600)

    assert [decision.by for decision in entered(installation)] == ["kim", "kim"]
