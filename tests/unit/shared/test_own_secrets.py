"""No text that leaves the process contains one of its secrets, in any form."""

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_shared.errors import Rejected, kept_body
from invoice_shared.own_secrets import MASK, MAX_RENEWED, OWN, OwnSecrets
from invoice_shared.redaction import redacted
from invoice_shared.settings import MetronomeApiSettings, read

SECRET = 'p@ss/wo"rd+€<1>'
KEY = (
    "-----BEGIN PRIVATE KEY-----\n"
    + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 3
    + "-----END PRIVATE KEY-----"
)


def knowing(*secrets: str) -> OwnSecrets:
    own = OwnSecrets()
    for secret in secrets:
        own.add(secret)
    return own


FORMS = {
    "as it is": SECRET,
    "in JSON": json.dumps(SECRET, ensure_ascii=False),
    "in JSON that escapes slashes": json.dumps(SECRET, ensure_ascii=False).replace("/", "\\/"),
    "in a URL": quote(SECRET, safe=""),
    "in a path": quote(SECRET),
    "in a form": quote_plus(SECRET),
    "in a URL, lower case": re.sub("%..", lambda found: found[0].lower(), quote(SECRET, safe="")),
    "in HTML": html.escape(SECRET),
    "in hexadecimal": SECRET.encode().hex(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_secret_is_masked(form: str) -> None:
    assert (
        knowing(SECRET).masked(f"before {FORMS[form]} after").replace('"', "")
        == f"before {MASK} after"
    )


@given(
    user=st.text(max_size=9), secret=st.text(st.characters(codec="utf-8"), min_size=12, max_size=40)
)
def test_a_secret_in_basic_credentials_is_masked(user: str, secret: str) -> None:
    sent = base64.b64encode(f"{user}:{secret}".encode("utf-8", "replace")).decode()

    assert MASK in knowing(secret).masked(sent)


def test_each_line_of_a_key_is_masked() -> None:
    assert "MIIEvQ" not in knowing(KEY).masked(f"cannot read {KEY.splitlines()[2]} of your key")


def test_a_short_word_is_not_masked() -> None:
    assert knowing("key").masked("the key of the map") == "the key of the map"


def test_the_newest_of_many_tokens_are_known_and_a_setting_is_known_for_ever() -> None:
    own = knowing("password-of-the-broker")
    for number in range(3 * MAX_RENEWED):
        own.add_renewed("token-in-use")
        own.add_renewed(f"access-token-{number:04d}")

    assert own.masked(f"access-token-{3 * MAX_RENEWED - 1:04d}") == MASK
    assert own.masked("access-token-0000") == "access-token-0000"
    assert own.masked("password-of-the-broker, token-in-use") == f"{MASK}, {MASK}"


def test_reasons_and_bodies_contain_no_secret_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METRONOME_API_KEY", "sk-live-4711-abcdef")
    read(MetronomeApiSettings)

    error = Rejected("provider-rejected", "You sent sk-live-4711-abcdef; who is that?")

    assert error.reason == f"You sent {MASK}; who is that?"
    assert kept_body("<p>sk-live-4711-abcdef</p>") == f"<p>{MASK}</p>"


def test_the_secrets_that_boto3_reads_are_masked_but_not_a_simulated_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METRONOME_API_KEY", "sk-live-4711-abcdef")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "simulated")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEXAMPLE\n")
    read(MetronomeApiSettings)

    assert OWN.masked("simulated, FwoGZXIvYXdzEXAMPLE") == f"simulated, {MASK}"


def test_a_rotated_secret_is_masked_once_it_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("the-first-of-them")
    monkeypatch.setenv("METRONOME_API_KEY_FILE", str(tmp_path / "key"))
    settings = read(MetronomeApiSettings)
    (tmp_path / "key").write_text("the-second-of-them-all")
    settings.credential("metronome_api_key")

    assert redacted("the-first-of-them, the-second-of-them-all") == f"{MASK}, {MASK}"


def test_a_forgotten_secret_is_an_ordinary_word_again() -> None:
    OWN.add("a-secret-of-some-length")
    OWN.clear()

    assert redacted("a-secret-of-some-length") == "a-secret-of-some-length"
