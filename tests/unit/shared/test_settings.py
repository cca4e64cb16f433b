"""Settings come from the environment, so these tests set variables; nothing else is patched."""

from pathlib import Path

import boto3
import pytest
from pydantic import SecretStr

from invoice_shared.errors import CredentialsRefused
from invoice_shared.setting_types import JsonList, JsonNetworks, StrongSecret
from invoice_shared.settings import (
    BaseServiceSettings,
    InvalidSettings,
    MetronomeApiSettings,
    PatientServiceSettings,
    load,
    partly_set,
    read,
)
from invoice_shared.spans import resource_of


class ExampleSettings(BaseServiceSettings, MetronomeApiSettings):
    """A service with a secret, a list and ordinary settings."""

    invoice_types: JsonList = ("USAGE",)
    extra_secret: SecretStr | None = None
    strong_secret: StrongSecret | None = None
    proxies: JsonNetworks = ()


@pytest.fixture(autouse=True)
def _api_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRONOME_API_KEY", "key-1")


def test_unset_settings_have_their_defaults() -> None:
    assert read(ExampleSettings).raw_invoices_topic == "raw-invoices"


def test_json_and_lower_case_levels_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVOICE_TYPES", '["A","B"]')
    monkeypatch.setenv("LOG_LEVEL", "debug")

    assert read(ExampleSettings).invoice_types == ("A", "B")
    assert read(ExampleSettings).log_level == "DEBUG"


def test_all_problems_are_named_at_once_without_quoting_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "METRONOME_API_KEY": " ",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_PASSWORD": "hunter2",
        "KAFKA_SSL_CA_LOCATION": "/does/not/exist",
        "OPS_PORT": "eighty",
        "INVOICE_TYPES": "[",
        "EXTRA_SECRET_FILE": "/does/not/exist",
    }.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSettings) as caught:
        read(ExampleSettings)

    named = [problem.split(":")[0] for problem in caught.value.problems]
    assert named == [
        "EXTRA_SECRET_FILE",
        "INVOICE_TYPES",
        "KAFKA_SASL_MECHANISM",
        "KAFKA_SASL_USERNAME",
        "KAFKA_SSL_CA_LOCATION",
        "METRONOME_API_KEY",
        "OPS_PORT",
    ]
    assert "hunter2" not in str(caught.value)
    assert "eighty" not in str(caught.value)


def test_a_process_with_bad_settings_exits_2_with_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("METRONOME_API_KEY")

    with pytest.raises(SystemExit) as caught:
        load(ExampleSettings)

    assert caught.value.code == 2
    assert "METRONOME_API_KEY: is not set" in capsys.readouterr().err


def test_a_secret_may_come_from_a_file_and_is_read_again_after_a_rotation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("first\n")
    monkeypatch.setenv("EXTRA_SECRET_FILE", str(file))
    settings = read(ExampleSettings)
    assert settings.secret("extra_secret") == "first"

    file.write_text("second\n")

    assert settings.secret("extra_secret") == "second"


def test_any_other_setting_may_come_from_a_file_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "types").write_text('["A"]\n')
    monkeypatch.setenv("INVOICE_TYPES_FILE", str(tmp_path / "types"))

    assert read(ExampleSettings).invoice_types == ("A",)


def test_a_secret_set_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("key-2")
    monkeypatch.setenv("METRONOME_API_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(InvalidSettings, match="set twice"):
        read(ExampleSettings)


def test_the_line_end_after_a_secret_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRONOME_API_KEY", " key-1\n")

    assert read(ExampleSettings).secret("metronome_api_key") == "key-1"


@pytest.mark.parametrize("servers", ["a", "a:1", "a:1, b_2.c-d:65535", "[::1]:9092"])
def test_brokers_are_named_by_host_and_port(monkeypatch: pytest.MonkeyPatch, servers: str) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", servers)

    assert read(ExampleSettings).kafka_bootstrap_servers == servers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KAFKA_BOOTSTRAP_SERVERS", "a:port"),
        ("KAFKA_BOOTSTRAP_SERVERS", "a:65536"),
        ("KAFKA_BOOTSTRAP_SERVERS", "a:1;b:2"),
        ("KAFKA_BOOTSTRAP_SERVERS", "PLAINTEXT://a:1"),
        ("KAFKA_BOOTSTRAP_SERVERS", "a:1,"),
        ("SHUTDOWN_GRACE_SECONDS", "inf"),
        ("SHUTDOWN_GRACE_SECONDS", "nan"),
        ("METRONOME_BASE_URL", "http://"),
        ("INVOICE_TYPES", "[" * 100_000),
        ("INVOICE_TYPES", "[1e9999999999999999999]"),
    ],
)
def test_settings_that_would_only_fail_later_are_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSettings, match=name):
        read(ExampleSettings)


@pytest.mark.parametrize(
    "secret",
    [
        "change-me",
        "changeme-changeme-changeme",
        "please_CHANGE_IT_please",
        "replace-with-the-real-one",
        "YOUR_METRONOME_WEBHOOK_SECRET",
        "<the webhook's secret>",
        "${METRONOME_WEBHOOK_SECRET}",
        "{{ webhook_secret_of_metronome }}",
        "a-placeholder-for-the-secret",
        "xxxxxxxxxxxxxxxxxxxxxxxx",
        "fifteen letters",
    ],
)
def test_a_guessable_secret_is_refused_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("STRONG_SECRET", secret)

    with pytest.raises(
        InvalidSettings, match=r"STRONG_SECRET: (is a placeholder|has fewer)"
    ) as caught:
        read(ExampleSettings)
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "secret",
    [
        "correct-horse-battery-staple",
        "simulated-webhook-secret",
        "exchange-items-2026",
        "0123456789abcdef",
    ],
)
def test_a_long_secret_that_is_not_a_placeholder_is_accepted(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("STRONG_SECRET", secret)

    assert read(ExampleSettings).secret("strong_secret") == secret


@pytest.mark.parametrize(
    "secret",
    [
        "change-me",
        "<the key>",
        "${METRONOME_API_KEY}",
        "YOUR-API-KEY",
        "xxxx",
        "placeholder",
        "\n change-me\n",
    ],
)
def test_no_placeholder_is_accepted_as_a_secret(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("METRONOME_API_KEY", secret)
    monkeypatch.setenv("EXTRA_SECRET", secret)

    with pytest.raises(InvalidSettings) as caught:
        read(ExampleSettings)

    assert caught.value.problems == [
        "EXTRA_SECRET: is a placeholder. Set the real secret",
        "METRONOME_API_KEY: is a placeholder. Set the real secret",
    ]


@pytest.mark.parametrize("allowed", ["true", "false"])
def test_no_placeholder_is_accepted_as_a_secret_that_boto3_reads(
    monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    monkeypatch.setenv("ALLOW_PLAIN_HTTP", allowed)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "change-me\n")

    with pytest.raises(InvalidSettings) as caught:
        read(ExampleSettings)

    assert caught.value.problems == ["AWS_SECRET_ACCESS_KEY: is a placeholder. Set the real secret"]


def test_a_placeholder_in_a_file_is_refused_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("change-me\n")
    monkeypatch.setenv("EXTRA_SECRET_FILE", str(tmp_path / "secret"))

    with pytest.raises(InvalidSettings, match="EXTRA_SECRET: is a placeholder"):
        read(ExampleSettings)


OPEN = [
    "http://api.metronome.com",
    "HTTP://api.metronome.com",
    "http://api.metronome.com.:8080/",
    "http://10.0.0.5",
    "http://0.0.0.0:9000",
    "http://[2001:db8::1]:9000",
    "http://internal.example.com",
    "http://svc.example.com",
    "http://user@metronome.example.com",
    "http://127.0.0.1.example.com",
]
CLOSED = [
    "https://api.metronome.com",
    "http://127.0.0.1:9000",
    "http://127.9.9.9",
    "http://[::1]:9000",
    "http://localhost:9000",
    "http://metronome",
    "http://metronome.default.svc",
    "http://metronome.default.svc.:80",
    "http://metronome.default.svc.cluster.local:9000",
    "http://metronome.corp.internal",
]


@pytest.mark.parametrize("url", OPEN)
def test_an_unencrypted_address_is_refused_unless_allowed(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    for name in ("METRONOME_BASE_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, url)

    with pytest.raises(InvalidSettings) as caught:
        read(ExampleSettings)
    monkeypatch.setenv("ALLOW_PLAIN_HTTP", "true")

    found = [problem.partition(":")[0] for problem in caught.value.problems]
    assert found == ["AWS_ENDPOINT_URL_S3", "METRONOME_BASE_URL"]
    assert all("ALLOW_PLAIN_HTTP" in problem for problem in caught.value.problems)
    assert read(ExampleSettings).metronome_base_url == url


@pytest.mark.parametrize("url", CLOSED)
def test_an_address_with_a_private_name_is_accepted(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    for name in ("METRONOME_BASE_URL", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, url)

    assert read(ExampleSettings).metronome_base_url == url


def test_surrounding_line_ends_and_blanks_are_removed_from_every_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes("\ufeffa secret\r\n".encode())
    for name, value in {
        "EXTRA_SECRET_FILE": f"{tmp_path / 'secret'}\n",
        "KAFKA_BOOTSTRAP_SERVERS": " broker:9092\n",
        "METRONOME_BASE_URL": "https://api.metronome.com\r\n",
        "OPS_PORT": " 9101 ",
        "LOG_LEVEL": "debug\n",
        "KAFKA_SECURITY_PROTOCOL": "SSL\n",
    }.items():
        monkeypatch.setenv(name, value)

    settings = read(ExampleSettings)

    assert settings.secret("extra_secret") == "a secret"
    assert settings.extra_secret == SecretStr("a secret")
    assert (settings.kafka_bootstrap_servers, settings.ops_port) == ("broker:9092", 9101)
    assert settings.metronome_base_url == "https://api.metronome.com"
    assert (settings.log_level, settings.kafka_security_protocol) == ("DEBUG", "SSL")


def test_they_are_also_removed_from_settings_that_libraries_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key\n",
        "AWS_SECRET_ACCESS_KEY": " secret\r\n",
        "AWS_DEFAULT_REGION": "eu-central-1\n",
        "AWS_ENDPOINT_URL_S3": "http://s3.internal:9000 ",
        "OTEL_SERVICE_NAME": "creator\n",
    }.items():
        monkeypatch.setenv(name, value)

    read(ExampleSettings)

    session = boto3.Session()
    credentials, client = session.get_credentials(), session.client("s3")
    assert credentials is not None
    assert (credentials.access_key, credentials.secret_key) == ("key", "secret")
    assert client.meta.region_name == "eu-central-1"
    assert client.meta.endpoint_url == "http://s3.internal:9000"
    assert resource_of("invoice-creator").attributes["service.name"] == "creator"


def test_an_empty_file_counts_as_unset_until_it_has_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("\n")
    monkeypatch.setenv("STRONG_SECRET_FILE", str(tmp_path / "secret"))
    settings = read(ExampleSettings)
    assert (settings.secret("strong_secret"), settings.is_unreadable("strong_secret")) == (
        None,
        False,
    )

    (tmp_path / "secret").write_text("a secret of some length")

    assert settings.secret("strong_secret") == "a secret of some length"


def test_an_empty_file_of_a_required_or_grouped_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("")
    monkeypatch.delenv("METRONOME_API_KEY")
    monkeypatch.setenv("METRONOME_API_KEY_FILE", str(tmp_path / "empty"))
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "empty"))

    with pytest.raises(InvalidSettings) as caught:
        read(ExampleSettings)

    named = {problem.split(":")[0] for problem in caught.value.problems}
    assert named >= {"METRONOME_API_KEY_FILE", "KAFKA_SASL_PASSWORD"}


def test_a_missing_file_is_distinguished_from_an_unset_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("a secret of some length")
    monkeypatch.setenv("STRONG_SECRET_FILE", str(tmp_path / "secret"))
    settings = read(ExampleSettings)

    (tmp_path / "secret").unlink()

    assert (settings.secret("strong_secret"), settings.is_unreadable("strong_secret")) == (
        None,
        True,
    )
    assert settings.is_unreadable("extra_secret") is False


def test_networks_are_read_and_an_invalid_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXIES", '["10.0.0.0/8","::1"]')
    assert [str(network) for network in read(ExampleSettings).proxies] == ["10.0.0.0/8", "::1/128"]

    monkeypatch.setenv("PROXIES", '["10.0.0.1/8"]')
    with pytest.raises(InvalidSettings, match="PROXIES"):
        read(ExampleSettings)


def test_the_effective_settings_mask_secrets() -> None:
    assert "key-1" not in str(read(ExampleSettings).effective())


def test_a_group_of_settings_must_be_complete_or_absent() -> None:
    assert partly_set(("A", "B"), {}) == []
    assert partly_set(("A", "B"), {"A": "1", "B_FILE": "/b"}) == []
    assert len(partly_set(("A", "B"), {"A": "1"})) == 1


@pytest.mark.parametrize(
    ("stall", "patience", "starts"),
    [
        pytest.param(None, None, True, id="the defaults"),
        pytest.param("901", None, True, id="just above"),
        pytest.param("900", None, False, id="equal"),
        pytest.param(None, "1800", False, id="a patience as long as the default stall"),
        pytest.param("4000", "3600", True, id="both raised"),
    ],
)
def test_a_stall_limit_shorter_than_the_patience_is_refused(
    monkeypatch: pytest.MonkeyPatch, stall: str | None, patience: str | None, starts: bool
) -> None:
    for name, value in {
        "LIVENESS_STALL_SECONDS": stall,
        "RETRY_PATIENCE_SECONDS": patience,
    }.items():
        if value is not None:
            monkeypatch.setenv(name, value)

    if starts:
        assert read(PatientServiceSettings)
        return
    with pytest.raises(InvalidSettings) as refused:
        read(PatientServiceSettings)
    (problem,) = refused.value.problems
    assert problem.startswith("RETRY_PATIENCE_SECONDS: is not below LIVENESS_STALL_SECONDS")


def test_a_service_that_waits_for_nobody_accepts_any_stall_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIVENESS_STALL_SECONDS", "5")

    assert read(BaseServiceSettings).liveness_stall_seconds == 5


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "its file cannot be read"),
        ("", "its file is empty"),
        ("change-me", "is a placeholder. Set the real secret"),
    ],
)
def test_a_credential_with_a_broken_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, problem: str
) -> None:
    file = tmp_path / "key"
    file.write_text("the-real-one")
    monkeypatch.delenv("METRONOME_API_KEY")
    monkeypatch.setenv("METRONOME_API_KEY_FILE", str(file))
    settings = read(ExampleSettings)
    assert (settings.credential("metronome_api_key"), settings.problems_of_files()) == (
        "the-real-one",
        {},
    )

    file.unlink()
    if content is not None:
        file.write_text(content)
    with pytest.raises(CredentialsRefused, match=f"^METRONOME_API_KEY: {problem}"):
        settings.credential("metronome_api_key")
    assert settings.problems_of_files() == {"METRONOME_API_KEY": problem}

    file.write_text("the-new-one")
    assert (settings.credential("metronome_api_key"), settings.problems_of_files()) == (
        "the-new-one",
        {},
    )


def test_the_file_of_a_password_that_is_read_once_may_disappear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("of kafka")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "password"))
    settings = read(ExampleSettings)
    (tmp_path / "password").unlink()

    assert settings.problems_of_files() == {}
