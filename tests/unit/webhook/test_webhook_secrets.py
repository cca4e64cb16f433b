"""Which secrets are accepted as files change under a running process, and what readiness says."""

from pathlib import Path

import pytest

from invoice_shared.health import Health
from invoice_shared.settings import read
from invoice_webhook.settings import WebhookSettings
from invoice_webhook.webhook_secrets import CURRENT, PREVIOUS, Secrets, WebhookSecrets
from tests.fakes import FakeClock

NEW = "the new secret of the hook"
OLD = "the old secret of the hook"


class Files:
    """Both secrets as files, as Kubernetes mounts them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.current = folder / CURRENT
        self.previous = folder / PREVIOUS
        self.current.write_text(NEW)
        self.previous.write_text("")
        monkeypatch.setenv("METRONOME_WEBHOOK_SECRET_FILE", str(self.current))
        monkeypatch.setenv("METRONOME_WEBHOOK_SECRET_PREVIOUS_FILE", str(self.previous))
        self.secrets = WebhookSecrets(read(WebhookSettings))

    def not_ready(self) -> list[str]:
        """Return what readiness would say now."""
        health = Health(FakeClock(), 100)
        self.secrets.watch(health)
        return health.missing_parts()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    return Files(tmp_path, monkeypatch)


def test_an_empty_previous_file_means_that_no_rotation_is_in_progress(files: Files) -> None:
    assert files.secrets.now() == Secrets((NEW,), {})
    assert files.not_ready() == []


def test_a_rotation_needs_no_restart(files: Files) -> None:
    files.secrets.now()

    files.previous.write_text(OLD)
    assert files.secrets.now().accepted == (NEW, OLD)

    files.previous.write_text("")
    assert files.secrets.now().accepted == (NEW,)


def test_a_missing_secret_is_named_until_it_is_back(files: Files) -> None:
    files.current.unlink()
    assert files.secrets.now() == Secrets(
        (), {"METRONOME_WEBHOOK_SECRET": "its file cannot be read"}
    )
    assert files.not_ready() == ["METRONOME_WEBHOOK_SECRET: its file cannot be read"]

    files.current.write_text(NEW)
    assert files.secrets.now().accepted == (NEW,)
    assert files.not_ready() == []


@pytest.mark.parametrize(
    ("text", "problem"), [("", "empty"), ("short", "fewer"), ("change-me-change-me", "placeh")]
)
def test_a_removed_secret_is_no_longer_accepted(files: Files, text: str, problem: str) -> None:
    files.current.write_text(text)

    assert files.secrets.now().accepted == ()
    assert problem in files.secrets.now().problem
    assert len(files.not_ready()) == 1


def test_without_the_previous_secret_it_is_ready_and_reports_it_as_missing(files: Files) -> None:
    files.previous.unlink()

    assert files.secrets.now() == Secrets(
        (NEW,), {"METRONOME_WEBHOOK_SECRET_PREVIOUS": "its file cannot be read"}
    )
    assert files.not_ready() == []


def test_the_same_secret_in_both_variables_is_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METRONOME_WEBHOOK_SECRET", NEW)
    monkeypatch.setenv("METRONOME_WEBHOOK_SECRET_PREVIOUS", NEW)

    assert WebhookSecrets(read(WebhookSettings)).now().problem == ""
