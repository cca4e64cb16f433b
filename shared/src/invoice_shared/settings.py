"""Building blocks of each service's settings, and the only reader of the environment.

A field's variable is its name in upper case. A value may also come from a file, with
``NAME_FILE=/path`` instead of ``NAME``. Secrets should.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import (
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from invoice_shared.errors import CredentialsRefused
from invoice_shared.harmless import harmless
from invoice_shared.outgoing.outgoing import Outgoing, Reach
from invoice_shared.own_secrets import OWN
from invoice_shared.secret_file import SecretFile, read_file
from invoice_shared.setting_types import (
    KEEPS_BLANKS,
    MIN_SECRET_CHARACTERS,
    PLACEHOLDER_PROBLEM,
    Address,
    Authorities,
    NoProxy,
    Port,
    Positive,
    Proxy,
    Servers,
    crosses_the_open,
    is_placeholder,
    without_login,
)

Environment = Mapping[str, str]
OPEN_PROBLEM = (
    "goes over http:// to a host that is not private by its name, so others can read what is sent."
    " Use https://, or set ALLOW_PLAIN_HTTP=true"
)
# A connection to Kafka keeps the password that it logged in with, and the page its key.
READ_ONCE = frozenset({"kafka_sasl_password", "console_secret"})
# As pydantic reads a boolean.
TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
# Traffic through a proxy is encrypted, or may be plain at its destination anyway.
PROXIES = frozenset({"https_proxy", "http_proxy"})
# boto3 and OpenTelemetry read these themselves.
LIBRARIES_OWN = ("AWS_", "OTEL_")
AWS_ADDRESSES = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")
AWS_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def _environment() -> dict[str, str]:
    # Names in lower case count, too, because http_proxy is common. Upper case wins, even if empty.
    both = sorted(os.environ.items(), key=lambda item: item[0].isupper())  # noqa: TID251 - the one reader
    # An empty variable counts as unset, because unfilled templates leave such behind.
    return {
        name: value
        for name, value in {name.upper(): value for name, value in both}.items()
        if value.strip()
    }


def _tidy(value: str, field: FieldInfo | None = None) -> str:
    """Strip the line end that an editor or a pipe adds, and blanks unless they count."""
    return (
        value.strip("\r\n")
        if field is not None and KEEPS_BLANKS in field.metadata
        else value.strip()
    )


def _tidy_for_libraries() -> None:
    """Strip the variables that libraries read: a line end would be part of an AWS key."""
    for name, value in os.environ.items():  # noqa: TID251 - the one reader
        if name.startswith(LIBRARIES_OWN):
            os.environ[name] = _tidy(value)  # noqa: TID251 - libraries read nothing else


class _Environment(PydanticBaseSettingsSource):
    """Variables and files of the settings class, by field name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Required by the base class, but unused because ``__call__`` is defined."""
        raise NotImplementedError

    def __call__(self) -> dict[str, Any]:
        environment, fields = _environment(), self.settings_cls.model_fields
        values: dict[str, Any] = {
            name: _tidy(environment[name.upper()], field)
            for name, field in fields.items()
            if name.upper() in environment
        }
        for name, path in files(self.settings_cls, environment).items():
            if name not in values and (text := read_file(path)):
                values[name] = text
        return values


class Settings(BaseSettings):
    """Settings that are read once, at start, and frozen. Fields are named like their variables."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    allow_plain_http: bool = False
    _files: dict[str, SecretFile] = PrivateAttr(default_factory=dict)
    _secrets: frozenset[str] = PrivateAttr(default=frozenset())

    def model_post_init(self, _context: Any) -> None:
        """Remember which settings come from files, and mask all secrets from now on.

        The environment is read only once.
        """
        environment = _environment()
        self._files = {
            name: SecretFile(path) for name, path in files(type(self), environment).items()
        }
        self._secrets = frozenset(secret_fields(type(self)))
        for name in self._secrets:
            OWN.add(self.secret(name))
        for name in AWS_SECRETS:
            # AWS's own are longer; a simulated one may be an ordinary word.
            if len(secret := _tidy(environment.get(name, ""))) >= MIN_SECRET_CHARACTERS:
                OWN.add(secret)

    @field_validator("*")
    @classmethod
    def _keeps_secrets(cls, value: Any, others: ValidationInfo) -> Any:
        if isinstance(value, SecretStr) and is_placeholder(value.get_secret_value()):
            raise ValueError(PLACEHOLDER_PROBLEM)
        may_be_plain = others.data.get("allow_plain_http") or others.field_name in PROXIES
        if isinstance(value, str) and crosses_the_open(value) and not may_be_plain:
            raise ValueError(OPEN_PROBLEM)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use constructor arguments and the environment, without dotenv and CLI."""
        return init_settings, _Environment(settings_cls)

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Return a sentence per problem between settings; ``values`` are the set variables."""
        problems = [
            f"{name}: {PLACEHOLDER_PROBLEM}"
            for name in AWS_SECRETS
            if is_placeholder(values.get(name, ""))
        ]
        if values.get("ALLOW_PLAIN_HTTP", "").strip().lower() in TRUE:
            return problems
        return problems + [
            f"{name}: {OPEN_PROBLEM}"
            for name in AWS_ADDRESSES
            if crosses_the_open(values.get(name, ""))
        ]

    def secret(self, field: str) -> str | None:
        """Return a credential's current value; ``None`` if unset, empty or unreadable.

        A ``NAME_FILE`` is read again when it changes, so a rotation needs no restart.
        """
        if (file := self._files.get(field)) is not None:
            return self._known(field, file.read()) or None
        value: SecretStr | str | None = getattr(self, field)
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    def secret_file(self, field: str) -> SecretFile | None:
        """Return a credential's file, to read it per request; ``None`` if it has none."""
        return self._files.get(field)

    def credential(self, field: str) -> str:
        """Return the current credential for a call.

        Raises ``CredentialsRefused`` that names its variable if there is none.
        """
        if (file := self._files.get(field)) is None:
            return self.secret(field) or ""
        text = file.read()
        if (problem := self._problem_of(field, text)) is not None:
            raise CredentialsRefused(f"{field.upper()}: {problem}.")
        return self._known(field, text) or ""

    def problem_of(self, field: str) -> str | None:
        """Return what is wrong with a credential's file; ``None`` if nothing or no file."""
        file = self._files.get(field)
        return None if file is None else self._problem_of(field, file.read())

    def _problem_of(self, field: str, text: str | None) -> str | None:
        if text is None:
            return "its file cannot be read"
        if not text and type(self).model_fields[field].is_required():
            return "its file is empty"
        return PLACEHOLDER_PROBLEM if is_placeholder(text) else None

    def _known(self, field: str, text: str | None) -> str | None:
        if field in self._secrets:
            OWN.add_renewed(text)
        return text

    def problems_of_files(self) -> dict[str, str]:
        """Return what is wrong with the files of credentials that are read per use, by variable."""
        names = sorted(self._secrets - READ_ONCE)
        return {
            name.upper(): problem
            for name in names
            if (problem := self.problem_of(name)) is not None
        }

    def is_unreadable(self, field: str) -> bool:
        """Whether a credential comes from a file that cannot be read now."""
        file = self._files.get(field)
        return file is not None and file.read() is None

    def effective(self) -> dict[str, Any]:
        """Return all settings for the log at start, with secrets masked."""
        return {name: _shown(value) for name, value in self}


class OutgoingSettings(Settings):
    """How HTTP calls leave the process."""

    ca_location: Authorities | None = None
    https_proxy: Proxy | None = None
    http_proxy: Proxy | None = None
    no_proxy: NoProxy = ""

    def model_post_init(self, context: Any) -> None:
        """Also mask the password of a proxy."""
        super().model_post_init(context)
        for proxy in (self.https_proxy, self.http_proxy):
            OWN.add(unquote(urlsplit(proxy).password or "") if proxy else None)

    @property
    def outgoing(self) -> Outgoing:
        """These settings, for each HTTP library."""
        return Outgoing(self.ca_location, self.https_proxy, self.http_proxy, self.no_proxy)


class KafkaSettings(Settings):
    """How to reach the broker, for both Kafka clients, and the topics' names."""

    kafka_bootstrap_servers: Servers = "localhost:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ssl_ca_location: str | None = None
    kafka_ssl_certificate_location: str | None = None
    kafka_ssl_key_location: str | None = None
    raw_invoices_topic: str = "raw-invoices"
    formatted_invoices_topic: str = "formatted-invoices"
    invoice_errors_topic: str = "invoice-errors"
    invoice_outcomes_topic: str = "invoice-outcomes"
    invoice_decisions_topic: str = "invoice-decisions"

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Check that SASL has its three settings, and that a client certificate has its key."""
        problems = super().cross_checks(values)
        if values.get("KAFKA_SECURITY_PROTOCOL", "").startswith("SASL"):
            needed = ("KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD")
            problems += [
                f"{name}: is not set, and KAFKA_SECURITY_PROTOCOL asks for SASL"
                for name in absent(needed, values)
            ]
        certificate = ("KAFKA_SSL_CERTIFICATE_LOCATION", "KAFKA_SSL_KEY_LOCATION")
        files = ("KAFKA_SSL_CA_LOCATION", *certificate)
        problems += [
            f"{name}: the file cannot be read"
            for name in files
            if name in values and not _is_file(values[name])
        ]
        return problems + partly_set(certificate, values)


class BaseServiceSettings(OutgoingSettings, KafkaSettings):
    """What every long-running service has: Kafka, ops port, logs, shutdown."""

    kafka_consumer_group: str | None = None
    bind_host: str = "0.0.0.0"  # noqa: S104 - a container's port; network policies limit who reaches it
    ops_port: Port = 9100
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    shutdown_grace_seconds: Positive = 20
    liveness_stall_seconds: Positive = 1800
    otel_exporter_otlp_endpoint: str | None = None
    otel_exporter_otlp_traces_endpoint: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _upper_level(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(level := values.get("log_level"), str):
            return {**values, "log_level": level.upper()}
        return values


class PatientServiceSettings(BaseServiceSettings):
    """The settings of a service that waits for other systems."""

    retry_patience_seconds: Positive = Field(default=900, validate_default=True)

    @field_validator("retry_patience_seconds")
    @classmethod
    def _ends_before_a_restart(cls, patience: float, others: ValidationInfo) -> float:
        stall = others.data.get("liveness_stall_seconds")
        if stall is not None and patience >= stall:
            raise ValueError(
                "is not below LIVENESS_STALL_SECONDS, so each wait could end in a restart; lower"
                " it,"
                " or raise LIVENESS_STALL_SECONDS"
            )
        return patience


class HttpSettings(OutgoingSettings):
    """The bounds of every outgoing HTTP call."""

    http_timeout_seconds: Positive = 30
    retry_backoff_max_seconds: Positive = 30

    @property
    def reach(self) -> Reach:
        """How other systems are called."""
        return Reach(self.http_timeout_seconds, self.outgoing)


class MetronomeApiSettings(HttpSettings):
    """How to reach Metronome."""

    metronome_api_key: SecretStr
    metronome_base_url: Address = "https://api.metronome.com"


def absent(names: tuple[str, ...], values: Environment) -> list[str]:
    """Return the settings that are set neither as a variable nor as a file."""
    return [name for name in names if name not in values and f"{name}_FILE" not in values]


def partly_set(names: tuple[str, ...], values: Environment) -> list[str]:
    """Return a sentence per missing setting if only some of a group are set."""
    missing = absent(names, values)
    if not missing or len(missing) == len(names):
        return []
    return [f"{name}: is not set, though others of {', '.join(names)} are" for name in missing]


def files(settings_class: type[BaseSettings], environment: Environment) -> dict[str, Path]:
    """Return the path per field that is set as ``NAME_FILE``."""
    return {
        name: Path(_tidy(environment[f"{name.upper()}_FILE"]))
        for name in settings_class.model_fields
        if f"{name.upper()}_FILE" in environment
    }


def secret_fields(settings_class: type[BaseSettings]) -> list[str]:
    """Return the fields whose values are never shown."""
    return [
        name
        for name, field in settings_class.model_fields.items()
        if "SecretStr" in str(field.annotation)
    ]


def _shown(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return str(value)
    return without_login(value) if isinstance(value, str) else value


def _is_file(path: str) -> bool:
    return os.access(path, os.R_OK) and Path(path).is_file()


AnySettings = TypeVar("AnySettings", bound=Settings)
OtherSettings = TypeVar("OtherSettings", bound=Settings)
Result = TypeVar("Result")


class InvalidSettings(Exception):
    """Settings are missing or malformed; ``problems`` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{len(problems)} setting(s) to correct:{lines}")
        self.problems = problems


def read(settings_class: type[AnySettings]) -> AnySettings:
    """Read the environment.

    Raises ``InvalidSettings`` with all problems at once, without quoting values.
    """
    return read_with(settings_class, {})[0]


def read_with(
    settings_class: type[AnySettings], others: Mapping[str, type[OtherSettings]]
) -> tuple[AnySettings, dict[str, OtherSettings]]:
    """Read the environment for one class and for ``others``, returned by the same keys.

    Raises ``InvalidSettings`` as ``read`` does.
    """
    _tidy_for_libraries()
    problems: list[str] = []
    settings = _read(settings_class, problems)
    found = {key: _read(other, problems) for key, other in others.items()}
    if settings is None or problems:
        raise InvalidSettings(sorted(set(problems)))
    return settings, {key: other for key, other in found.items() if other is not None}


def load(settings_class: type[AnySettings]) -> AnySettings:
    """Read the environment, or print all problems on stderr and exit with code 2."""
    return or_exit(lambda: read(settings_class))


def or_exit(reading: Callable[[], Result]) -> Result:
    """Return what ``reading`` returns; exit as ``load`` does if it raises ``InvalidSettings``."""
    try:
        return reading()
    except InvalidSettings as invalid:
        sys.stderr.write(harmless(f"Cannot start. {invalid}\n"))
        sys.exit(2)


def _read(settings_class: type[AnySettings], problems: list[str]) -> AnySettings | None:
    """Read one class and add its problems; return ``None`` if it is invalid."""
    environment = _environment()
    problems += _file_problems(settings_class, environment)
    problems += settings_class.cross_checks(_without_empty_files(settings_class, environment))
    try:
        return settings_class()
    except ValidationError as error:
        problems += [
            _sentence(problem["loc"], problem["type"], problem["msg"])
            for problem in error.errors(include_input=False)
        ]
        return None


def _file_problems(settings_class: type[BaseSettings], environment: Environment) -> list[str]:
    given = files(settings_class, environment)
    unreadable = [
        name
        for name, path in given.items()
        if _is_unusable(path, settings_class.model_fields[name])
    ]
    both = [name for name in given if name.upper() in environment]
    return [f"{name.upper()}_FILE: the file cannot be read or is empty" for name in unreadable] + [
        f"{name.upper()}: is set twice, as a variable and as {name.upper()}_FILE" for name in both
    ]


def _is_unusable(path: Path, field: FieldInfo) -> bool:
    text = read_file(path)
    return text is None or (not text and field.is_required())


def _without_empty_files(
    settings_class: type[BaseSettings], environment: Environment
) -> Environment:
    """Return the environment without empty files: like empty variables, they count as unset."""
    empty = {
        f"{name.upper()}_FILE"
        for name, path in files(settings_class, environment).items()
        if read_file(path) == ""
    }
    return {name: _tidy(value) for name, value in environment.items() if name not in empty}


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0]).upper() if location else "SETTINGS"
    inner = ".".join(str(part) for part in location[1:])
    said = "is not set" if kind == "missing" else message.removeprefix("Value error, ")
    return f"{name}: {inner + ': ' if inner else ''}{said}"
