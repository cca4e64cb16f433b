"""Composition root of ``invoices web``: settings → clients → app → run until SIGTERM."""

import asyncio
import secrets
import threading
from contextlib import suppress

from aiohttp import web

from invoice_operations.installation import Installation
from invoice_operations.view.state_file import state_directory
from invoice_shared import logs
from invoice_shared.clock import SystemClock
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.ops import serve_ops
from invoice_shared.settings import load
from invoice_shared.shutdown import Shutdown
from invoice_shared.startup import cannot_start
from invoice_web.app import create_app
from invoice_web.attempts import Attempts
from invoice_web.desk import Desk
from invoice_web.identity import Identities
from invoice_web.jobs import Jobs
from invoice_web.logins import Logins
from invoice_web.owner import owns
from invoice_web.plans import Plans
from invoice_web.readying import KIND as READINESS
from invoice_web.readying import Readying
from invoice_web.reconciling import KIND as RECONCILE
from invoice_web.reconciling import Reconciling
from invoice_web.rendering import Templates
from invoice_web.replays import Replays
from invoice_web.runbook import Runbook
from invoice_web.sessions import Sessions
from invoice_web.settings import WebSettings
from invoice_web.store import Store, file_name, open_store
from invoice_web.view_follower import Following, Progress

SERVICE = "invoice-web"
log = logs.get_logger(SERVICE)

# The event loop must answer within this time, else a round of reading does not count as progress.
ALIVE_SECONDS = 60.0


def main() -> None:
    """Serve the page until SIGTERM."""
    settings = load(WebSettings)
    logs.configure(settings)
    shutdown = Shutdown(settings.shutdown_grace_seconds)
    log.info("starting", **settings.effective())
    health = Health(SystemClock(), settings.liveness_stall_seconds)
    health.ask(settings.problems_of_files)
    health.missing("page", "starting")
    ops = serve_ops(settings, health, Metrics())
    asyncio.run(_serve(settings, health, shutdown))
    ops.stop()
    shutdown.complete()


async def _serve(settings: WebSettings, health: Health, shutdown: Shutdown) -> None:
    desk = open_desk(settings, health, asyncio.get_running_loop())
    runner = web.AppRunner(
        create_app(desk), access_log=None, shutdown_timeout=settings.shutdown_grace_seconds / 4
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.bind_host, settings.console_port).start()
    except OSError as error:
        cannot_start(
            f'CONSOLE_PORT "{settings.console_port}" cannot be opened on {settings.bind_host}:'
            f" {error.strerror}."
        )
    desk.following.start()
    health.present("page")
    log.info("listening", host=settings.bind_host, port=settings.console_port)
    await asyncio.to_thread(shutdown.requested.wait)
    health.missing("page", "shutting down")
    await runner.cleanup()
    await asyncio.to_thread(_end, desk)


def open_desk(settings: WebSettings, health: Health, loop: asyncio.AbstractEventLoop) -> Desk:
    """Return the objects that every page uses.

    Jobs and replays of a process that ended are marked as stopped.
    """
    progress = Progress()
    installation = Installation(tell=log.warning, progress=progress)
    directory, name = state_directory(settings.invoices_state_dir), file_name(settings)
    store = open_store(directory, name)
    if owns(directory, name):
        Plans(store).recover()
        Jobs(store, RECONCILE).recover()
        Jobs(store, READINESS).recover()

    def alive() -> bool:
        answered = threading.Event()
        with suppress(RuntimeError):  # the loop is closed: the process ends
            loop.call_soon_threadsafe(answered.set)
        return answered.wait(ALIVE_SECONDS)

    logins = Logins(installation, store)
    following = Following(installation, store, health, progress, alive, logins.enter)
    return desk_of(settings, installation, store, following, logins)


def desk_of(
    settings: WebSettings,
    installation: Installation,
    store: Store,
    following: Following,
    logins: Logins,
) -> Desk:
    """Return the objects that every page uses."""
    secret = settings.secret("console_secret") or secrets.token_hex(32)
    sessions = Sessions(store, secret, installation.clock)
    return Desk(
        settings=settings,
        installation=installation,
        following=following,
        replays=Replays(installation, Plans(store)),
        reconciling=Reconciling(installation, Jobs(store, RECONCILE)),
        readying=Readying(installation, Jobs(store, READINESS)),
        sessions=sessions,
        identities=Identities(settings, sessions),
        logins=logins,
        attempts=Attempts(installation.clock.monotonic),
        templates=Templates(Runbook()),
        secret=secret,
    )


def _end(desk: Desk) -> None:
    desk.following.stop()
    desk.replays.stop_all()
    desk.reconciling.stop_all()
    desk.readying.stop_all()
    desk.close()


if __name__ == "__main__":
    main()
