"""Keep a provider's login alive, and report its state: metrics, readiness, log."""

import threading

from invoice_providers.connection import Connection
from invoice_providers.login import LoginState
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused
from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics

log = get_logger(__name__)

LOOK_SECONDS = 600.0
# After a refusal: the alert needs two refusals within five minutes.
RETRY_SECONDS = 60.0
# With unsaved tokens, which are lost if the process ends.
UNSAVED_SECONDS = 5.0


class LoginWatch:
    """One login that expires if it is not renewed. Only for a connection with a ``login``."""

    def __init__(
        self, connection: Connection, health: Health, metrics: Metrics, clock: Clock
    ) -> None:
        self._connection = connection
        self._health = health
        self._metrics = metrics
        self._clock = clock
        self._login_part = f"{connection.name} login"
        self._tokens_part = f"{connection.name} tokens"

    def start(self, stop: threading.Event) -> None:
        """Renew the login in a thread until ``stop``."""
        if self._connection.login is not None:
            self._connection.login.watch(self.tell)
        name = f"keep-login-{self._connection.name}"
        threading.Thread(target=self._run, args=(stop,), name=name, daemon=True).start()

    def close(self) -> None:
        """Try once more to store unsaved tokens."""
        if self._is_unsaved():
            self.keep()

    def keep(self) -> float:
        """Renew the login once; return the seconds until the next time."""
        started = self._clock.monotonic()
        try:
            self._connection.keep()
        except CallFailed as error:
            self._metrics.called(self._connection.name, error, self._clock.monotonic() - started)
            self._failed(error)
            return UNSAVED_SECONDS if self._is_unsaved() else RETRY_SECONDS
        if self._health.why(self._login_part) is not None:
            log.info("login accepted", system=self._connection.name)
        self._health.present(self._login_part)
        return LOOK_SECONDS

    def tell(self, state: LoginState) -> None:
        """Report a state. Called after each change, by the thread that made it."""
        system = self._connection.name
        self._metrics.tokens_unsaved(system, state.unsaved is not None)
        if state.unused_ends_at is not None:
            self._metrics.login_ends(system, "unused", state.unused_ends_at)
        if state.ends_at is not None:
            self._metrics.login_ends(system, "total", state.ends_at)
        if state.unsaved is None:
            self._health.present(self._tokens_part)
            return
        log.error("new tokens not stored", system=system, why=state.unsaved)
        self._health.missing(
            self._tokens_part,
            f"The new tokens are only in memory, because they could not be stored: {state.unsaved}"
            " They are written again before each use. Do not stop this process before they are"
            " stored.",
        )

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            stop.wait(self.keep())

    def _failed(self, error: CallFailed) -> None:
        if not isinstance(error, CredentialsRefused):
            log.warning("login not kept", system=self._connection.name, why=error.reason)
            return
        if self._health.why(self._login_part) != error.reason:
            log.error("login refused", system=self._connection.name, why=error.reason)
        self._health.missing(self._login_part, error.reason)

    def _is_unsaved(self) -> bool:
        login = self._connection.login
        return login is not None and login.state.unsaved is not None
