"""Settings read from a file."""

from pathlib import Path

import pytest

from invoice_cli.env_file import read_env_file
from invoice_operations.errors import InvalidRequest
from invoice_shared.settings import KafkaSettings, read


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Yield a file, with the environment free of what the file may set, before and afterwards."""
    for name in (
        "KAFKA_BOOTSTRAP_SERVERS",
        "RAW_INVOICES_TOPIC",
        "INVOICE_ERRORS_TOPIC",
        "KAFKA_SASL_PASSWORD",
    ):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path / "settings.env"


def test_settings_come_from_the_file_unless_the_environment_has_them(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAW_INVOICES_TOPIC", "mine")
    file.write_bytes(
        b"\xef\xbb\xbf# ours\r\n"
        b"export KAFKA_BOOTSTRAP_SERVERS=b-1:9092,b-2:9092\r\n"
        b"RAW_INVOICES_TOPIC=theirs\n"
        b"INVOICE_ERRORS_TOPIC='$HOME # no template'\n"
        b"KAFKA_SASL_PASSWORD=\n"
    )

    read_env_file(file)

    settings = read(KafkaSettings)
    assert settings.kafka_bootstrap_servers == "b-1:9092,b-2:9092"
    assert (settings.raw_invoices_topic, settings.invoice_errors_topic) == (
        "mine",
        "$HOME # no template",
    )
    assert settings.kafka_sasl_password is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(
            b"RAW_INVOICES_TOPIC=1\n=2\n", "Invalid line 2 of .*: use NAME=value", id="no name"
        ),
        pytest.param(
            b"A='1\nB=2\n", "Invalid line 1 of .*: use NAME=value", id="an open quotation"
        ),
        pytest.param(b"A=\x00\n", "Invalid line 1 of .*: use NAME=value", id="a null byte"),
        pytest.param(b"\xff\xfeA\x00", "cannot be read: give a file of UTF-8 text", id="not UTF-8"),
    ],
)
def test_a_line_that_is_not_a_setting_is_named_and_nothing_is_taken(
    file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)

    with pytest.raises(InvalidRequest, match=said):
        read_env_file(file)

    assert read(KafkaSettings).raw_invoices_topic == "raw-invoices"
