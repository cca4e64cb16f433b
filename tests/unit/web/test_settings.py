"""Settings with which somebody can log in to the page."""

import pytest

from invoice_shared.settings import InvalidSettings, read
from invoice_web.settings import WebSettings

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$DJUZ5sBCZXwDZ7XnCdzCDSQZoYhCEpDGhGW3DWrWkYo"
HEADER = {"CONSOLE_USER_HEADER": "X-Forwarded-User"}
PROXIES = {"CONSOLE_TRUSTED_PROXIES": '["10.0.0.0/8"]'}


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WebSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def problems(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    try:
        read(WebSettings)
    except InvalidSettings as invalid:
        return invalid.problems
    return []


@pytest.mark.parametrize(
    "variables",
    [
        {"CONSOLE_PASSWORD": "let me in"},
        {"CONSOLE_PASSWORD": HASH, "CONSOLE_VIEW_PASSWORD": "look"},
        HEADER | PROXIES,
        HEADER | PROXIES | {"CONSOLE_ACT_USERS": '["*"]', "CONSOLE_PASSWORD": "let me in"},
    ],
)
def test_the_page_starts_if_somebody_can_log_in_and_act(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    assert problems(monkeypatch, **variables) == []


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "CONSOLE_PASSWORD"),
        ({"CONSOLE_VIEW_PASSWORD": "look"}, "CONSOLE_PASSWORD"),
        (HEADER, "CONSOLE_TRUSTED_PROXIES"),
        (HEADER | {"CONSOLE_TRUSTED_PROXIES": "[]"}, "CONSOLE_TRUSTED_PROXIES"),
        (HEADER | {"CONSOLE_PASSWORD": "let me in"}, "CONSOLE_TRUSTED_PROXIES"),
        ({"CONSOLE_PASSWORD": "$argon2id$nothing"}, "CONSOLE_PASSWORD"),
        (PROXIES | {"CONSOLE_USER_HEADER": "X User"}, "CONSOLE_USER_HEADER"),
        ({"CONSOLE_PASSWORD": "let me in", "CONSOLE_SECRET": "short"}, "CONSOLE_SECRET"),
    ],
)
def test_the_page_does_not_start_if_nobody_or_anybody_could_use_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    found = problems(monkeypatch, **variables)

    assert [problem.partition(":")[0] for problem in found] == [named]
