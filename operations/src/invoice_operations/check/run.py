"""Run all checks: one line per part of the installation, as seen from here."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from invoice_error_sink.settings import ErrorSinkSettings
from invoice_formatter.settings import FormatterSettings
from invoice_operations.asked_providers import AskedProviders
from invoice_operations.check.checks import (
    Line,
    check_broker,
    check_call,
    check_login,
    check_settings,
    once,
    state_of,
)
from invoice_operations.check.creators import PART, check_creators
from invoice_operations.installation import Installation
from invoice_shared.errors import ConnectorError
from invoice_shared.settings import InvalidSettings, MetronomeApiSettings
from invoice_webhook.settings import WebhookSettings


def check(installation: Installation) -> Iterator[Line]:
    """Check settings, broker, topics, Metronome, each configured provider and the bucket.

    Changes nothing.
    """
    yield from once(_parts(installation))


def _parts(installation: Installation) -> Iterator[Line]:
    for name, reading in services(installation).items():
        yield check_settings(name, reading)
    yield from _broker(installation)
    yield _metronome(installation)
    yield from _providers(installation)
    yield from _bucket(installation)


def services(installation: Installation) -> Mapping[str, Callable[[], object]]:
    """Return how each service's settings are read."""
    read = installation.settings
    return {
        "invoice-webhook": partial(read, WebhookSettings),
        "invoice-formatter": partial(read, FormatterSettings),
        "invoice-creator": installation.creator,
        "invoice-error-sink": partial(read, ErrorSinkSettings),
    }


def _broker(installation: Installation) -> Iterator[Line]:
    try:
        settings = installation.kafka
    except InvalidSettings as invalid:
        yield Line("broker", "wrong setting", problems=tuple(invalid.problems))
        return
    lines = list(check_broker(installation.admin, settings))
    yield from lines
    if lines[0].state == "works":
        yield from _creators(installation, settings.formatted_invoices_topic)


def _creators(installation: Installation, topic: str) -> Iterator[Line]:
    try:
        groups = installation.groups(topic)
    except ConnectorError as error:
        yield Line(PART, state_of(error), str(error))
    else:
        yield from check_creators(groups)


def _metronome(installation: Installation) -> Line:
    try:
        settings, metronome = installation.settings(MetronomeApiSettings), installation.metronome()
    except InvalidSettings as invalid:
        return Line("Metronome", "wrong setting", problems=tuple(invalid.problems))
    return check_call("Metronome", metronome.check, settings.metronome_base_url)


def _providers(installation: Installation) -> Iterator[Line]:
    try:
        providers = installation.providers()
    except InvalidSettings as invalid:
        yield Line("billing providers", "note", f"Not asked: {'; '.join(invalid.problems)}")
        return
    for name in providers.names:
        yield from _provider(installation, providers, name)
    for name, why in providers.left_out.items():
        yield Line(name, "note", why)
    if not providers.names and not providers.left_out:
        yield Line("billing providers", "note", "None is set up here.")


def _provider(installation: Installation, providers: AskedProviders, name: str) -> Iterator[Line]:
    accepted = f"credentials accepted, account {providers.account(name)}"
    line = check_call(name, partial(providers.check, name), accepted)
    yield line
    if line.state != "works":
        return
    login = providers.login(name)
    if login is not None:
        yield check_login(f"login at {name}", login, installation.clock.now())
    yield from _remarks(providers, name)


def _remarks(providers: AskedProviders, name: str) -> Iterator[Line]:
    part, remarks = f"{name} account", list[str]()
    asked = check_call(part, lambda: remarks.extend(providers.remarks(name)), "can be read")
    if asked.state != "works":
        yield asked
    for remark in remarks:
        yield Line(part, "note", remark)


def _bucket(installation: Installation) -> Iterator[Line]:
    try:
        settings = installation.settings(ErrorSinkSettings)
    except InvalidSettings:
        return  # the settings' own line above says what is wrong
    bucket = settings.log_errors_bucket_name_s3
    yield check_call(f"bucket {bucket}", installation.archive, "can be reached and read")
