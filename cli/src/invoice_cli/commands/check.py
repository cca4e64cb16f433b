"""``invoices check``: is everything set up?"""

from collections.abc import Iterator, Mapping
from functools import partial

from invoice_cli.exits import worst
from invoice_cli.options import OutputOption
from invoice_cli.output import show
from invoice_creator.settings import CreatorSettings
from invoice_error_sink.settings import ErrorSinkSettings
from invoice_formatter.settings import FormatterSettings
from invoice_operations.check.checks import Line, check_call, check_kafka, check_settings
from invoice_operations.metronome_reader import MetronomeReader, patiently
from invoice_operations.pace import Pace
from invoice_operations.provider_lookup import check as look_up_nothing
from invoice_operations.provider_lookup import providers
from invoice_operations.settings import OperatorSettings
from invoice_shared.archive.s3_archive import open_archive
from invoice_shared.clock import SystemClock
from invoice_shared.settings import InvalidSettings, KafkaSettings, Settings, read
from invoice_webhook.settings import WebhookSettings

SERVICES: Mapping[str, type[Settings]] = {
    "invoice-webhook": WebhookSettings,
    "invoice-formatter": FormatterSettings,
    "invoice-creator": CreatorSettings,
    "invoice-error-sink": ErrorSinkSettings,
}


def check(output: OutputOption = "table") -> None:
    """Look at settings, broker, topics, Metronome, each configured provider and the bucket; say what to do."""
    lines = list(_lines())
    show([{"part": line.part, "state": line.state, "detail": line.detail} for line in lines], output)
    raise SystemExit(int(worst(lines)))


def _lines() -> Iterator[Line]:
    for name, settings_class in SERVICES.items():
        yield check_settings(name, settings_class)
    yield from _kafka()
    yield from _metronome()
    yield from _providers()
    yield from _bucket()


def _kafka() -> Iterator[Line]:
    try:
        yield from check_kafka(read(KafkaSettings))
    except InvalidSettings as invalid:
        yield Line("broker", "wrong setting", "; ".join(invalid.problems))


def _metronome() -> Iterator[Line]:
    try:
        settings = read(OperatorSettings)
    except InvalidSettings as invalid:
        yield Line("Metronome", "wrong setting", "; ".join(invalid.problems))
        return
    metronome = MetronomeReader(settings, Pace(None, SystemClock()))
    yield check_call("Metronome", metronome.check, settings.metronome_base_url)


def _providers() -> Iterator[Line]:
    try:
        settings = read(CreatorSettings)
    except InvalidSettings as invalid:
        yield Line("billing providers", "note", f"Not asked: {'; '.join(invalid.problems)}")
        return
    known = providers(settings, SystemClock())
    pace, longest = Pace(None, SystemClock()), settings.retry_backoff_max_seconds
    for name, provider in known.usable.items():
        ask = partial(patiently, partial(look_up_nothing, provider), pace, longest)
        yield check_call(name, ask, "credentials accepted")
    for name, why in known.left_out.items():
        yield Line(name, "note", why)
    if not known.usable and not known.left_out:
        yield Line("billing providers", "note", "None is set up here.")


def _bucket() -> Iterator[Line]:
    try:
        settings = read(ErrorSinkSettings)
    except InvalidSettings:
        return  # its own line above says what is wrong
    bucket = settings.log_errors_bucket_name_s3
    yield check_call(f"bucket {bucket}", lambda: open_archive(bucket).check(), "can be reached and read")
