"""What is removed from the texts of other systems."""

import json

import pytest

from invoice_shared.errors import Rejected
from invoice_shared.redaction import redacted

HEADER = (
    'OAuth realm="1_SB1", oauth_token="t0k", oauth_nonce="n1", oauth_signature="s1g%3D",'
    ' oauth_version="1.0"'
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param(
            "Authorization: Bearer abc.def-1", "Authorization: Bearer [redacted]", id="bearer token"
        ),
        pytest.param("basic dXNlcjpwYXNz!", "basic [redacted]", id="basic credentials"),
        pytest.param(
            '{"refresh_token":"r1"}', '{"refresh_token":"[redacted]"}', id="refresh token"
        ),
        pytest.param(
            "a=1&client_secret=s1&b=2",
            "a=1&client_secret=[redacted]&b=2",
            id="client secret in a form",
        ),
        pytest.param(
            "Not in the Basic plan of 2026",
            "Not in the Basic plan of 2026",
            id="the name of a plan stays",
        ),
        pytest.param("Invalid Field Value 9", "Invalid Field Value 9", id="everything else stays"),
        pytest.param(
            "The api key provided is invalid",
            "The api key provided is invalid",
            id="words about a key stay",
        ),
    ],
)
def test_text_that_looks_like_a_credential_is_removed(said: str, kept: str) -> None:
    assert redacted(said) == kept


@pytest.mark.parametrize(
    "quoted", [HEADER, json.dumps({"sent": HEADER}), json.dumps(json.dumps({"sent": HEADER}))]
)
def test_a_quoted_header_has_neither_token_nor_signature(quoted: str) -> None:
    left = redacted(quoted)

    assert [secret for secret in ("t0k", "n1", "s1g") if secret in left] == []
    assert "1_SB1" in left


def test_no_reason_of_a_failure_contains_a_credential() -> None:
    error = Rejected(
        "provider-rejected", "The provider refused it: header Authorization: Bearer abc.def-1."
    )

    assert "abc" not in f"{error} {error.reason}"
