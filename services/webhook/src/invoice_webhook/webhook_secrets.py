"""The current secrets of webhooks: one, and during a rotation also the previous one."""

from dataclasses import dataclass

from invoice_shared.health import Health
from invoice_shared.setting_types import problem_of_secret
from invoice_shared.settings import Settings

CURRENT = "metronome_webhook_secret"
PREVIOUS = "metronome_webhook_secret_previous"

Text = str | None


@dataclass(frozen=True, slots=True)
class Secrets:
    """The valid secrets, and the problems of invalid ones by variable."""

    accepted: tuple[str, ...]
    problems: dict[str, str]

    @property
    def problem(self) -> str:
        """Return all problems in one sentence, or an empty text."""
        return "; ".join(f"{name}: {problem}" for name, problem in self.problems.items())


class WebhookSecrets:
    """Reads the files on each use, and checks them again only if one has changed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        files = (settings.secret_file(field) for field in (CURRENT, PREVIOUS))
        self._files = [file for file in files if file is not None]
        self._seen: list[Text] = []
        self._secrets = self._judged()

    @property
    def known(self) -> Secrets:
        """The secrets of the last look."""
        return self._secrets

    def now(self) -> Secrets:
        """Return the current secrets."""
        seen = [file.read() for file in self._files]
        if seen != self._seen:
            self._seen = seen
            self._secrets = self._judged()
        return self._secrets

    def watch(self, health: Health) -> None:
        """Update the readiness by the current secret.

        Without the previous one, most events are still accepted.
        """
        if (problem := self.now().problems.get(CURRENT.upper())) is not None:
            health.missing(CURRENT.upper(), problem)
        else:
            health.present(CURRENT.upper())

    def _judged(self) -> Secrets:
        return _judged(self._look(CURRENT), self._look(PREVIOUS))

    def _look(self, field: str) -> tuple[Text, bool]:
        secret = self._settings.secret(field)
        return secret, secret is None and self._settings.is_unreadable(field)


def _judged(current: tuple[Text, bool], previous: tuple[Text, bool]) -> Secrets:
    texts = {CURRENT.upper(): current[0], PREVIOUS.upper(): previous[0]}
    problems = {
        name: problem
        for name, text in texts.items()
        if text and (problem := problem_of_secret(text))
    }
    if current[0] is None:
        problems[CURRENT.upper()] = "its file cannot be read" if current[1] else "its file is empty"
    if previous[1]:
        problems[PREVIOUS.upper()] = "its file cannot be read"
    return Secrets(
        tuple(text for name, text in texts.items() if text and name not in problems), problems
    )
