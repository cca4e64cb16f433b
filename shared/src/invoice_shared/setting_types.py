"""Types of settings beyond pydantic's own. No message quotes a value."""

import re
import ssl
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

import simplejson
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from invoice_shared.outgoing.no_proxy import exemptions

# Marks a field whose outer blanks are part of the value.
KEEPS_BLANKS = "keeps blanks"
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65535)]


def _parse_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return simplejson.loads(value, use_decimal=True)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ValueError("is not JSON") from error


def _iso_day(value: Any) -> Any:
    # Pydantic would also accept a number of seconds, or a time that happens to be midnight.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
        raise ValueError("is not a date such as 2026-11-01")
    return value.strip() if isinstance(value, str) else value


# A date in UTC, e.g. ``2026-11-01``.
Day = Annotated[date, BeforeValidator(_iso_day)]


def _checked_servers(servers: str) -> str:
    # Either Kafka client would misread anything else, or wait for it forever.
    if not all(_is_server(server.strip()) for server in servers.split(",")):
        raise ValueError("is not host:port, or several of them separated by commas")
    return servers


def _is_server(server: str) -> bool:
    found = re.fullmatch(r"([\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?", server)
    return found is not None and int(found[2] or 9092) <= 65535


def checked_address(url: str) -> str:
    """Return an HTTP address. Raises ``ValueError`` for any other text."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # from ``port``, or for unclosed brackets
        is_address = False
    if not is_address or re.search(r"\s", url):
        raise ValueError("is not an http:// or https:// address")
    return url


# The address of another system, e.g. ``https://api.metronome.com``.
Address = Annotated[str, AfterValidator(checked_address)]


def _host_only(url: str) -> str:
    if urlsplit(url).path.strip("/"):
        raise ValueError("takes scheme and host only, because the connector adds the path")
    return url


# An address to which the connector appends its own paths.
BaseUrl = Annotated[Address, AfterValidator(_host_only)]
PRIVATE_ENDINGS = (".svc", ".cluster.local", ".internal")


def crosses_the_open(url: str) -> bool:
    """Whether an address is ``http://`` to a host that is not private by its name."""
    try:
        parts = urlsplit(url)
    except ValueError:  # unclosed brackets: not an address
        return False
    return parts.scheme == "http" and not _is_private((parts.hostname or "").rstrip("."))


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return (
            "." not in host
            or host == "localhost"
            or host.endswith((".localhost", *PRIVATE_ENDINGS))
        )


def _with_scheme(value: Any) -> Any:
    # curl and requests accept a proxy without a scheme.
    return f"http://{value}" if isinstance(value, str) and "://" not in value else value


def _checked_proxy(url: str) -> str:
    if urlsplit(url).scheme != "http":
        raise ValueError(
            "is not an http:// address; traffic to https:// addresses is encrypted through the"
            " proxy"
        )
    return url


# A forward proxy, e.g. ``http://proxy.example:3128``, with ``user:password@`` if it needs a login.
Proxy = Annotated[BaseUrl, BeforeValidator(_with_scheme), AfterValidator(_checked_proxy)]


def without_login(url: str) -> str:
    """Return an address without user and password, fit to be shown."""
    return re.sub(r"(?<=://)[^/@\s]*@", "[redacted]@", url)


def _checked_exemptions(text: str) -> str:
    exemptions(text)
    return text


# Hosts, domains and networks that are reached without a proxy, e.g. ``.svc,10.0.0.0/8``.
NoProxy = Annotated[str, AfterValidator(_checked_exemptions)]


def _checked_authorities(path: str) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError as error:  # includes ssl.SSLError
        raise ValueError("is not a readable file of PEM certificates") from error
    return path


# A PEM file of certificate authorities.
Authorities = Annotated[str, AfterValidator(_checked_authorities)]
# One Kafka broker or several, e.g. ``a:9092,b:9092``.
Servers = Annotated[str, AfterValidator(_checked_servers)]
JsonText = BeforeValidator(_parse_json)
# A JSON list of strings, e.g. ``["USAGE","SCHEDULED"]``.
JsonList = Annotated[tuple[str, ...], NoDecode, JsonText]
# A JSON object from string to string, e.g. ``{"USD":"1"}``.
JsonObject = Annotated[dict[str, str], NoDecode, JsonText]
Network = IPv4Network | IPv6Network
# A JSON list of networks, e.g. ``["10.0.0.0/8","::1"]``.
JsonNetworks = Annotated[tuple[Network, ...], NoDecode, JsonText]

MIN_SECRET_CHARACTERS = 16
# What examples and unfilled templates contain instead of a secret.
PLACEHOLDER = re.compile(
    r"(?<![a-z])(change|replace)[-_ ]?(me|it|this|with)|placeholder|^your[-_"
    r" ]|^<.*>$|^\$?\{.*\}$|^(.)\3{2,}$",
    re.IGNORECASE,
)
PLACEHOLDER_PROBLEM = "is a placeholder. Set the real secret"


def is_placeholder(text: str) -> bool:
    """Whether a text is only a placeholder for a secret."""
    return PLACEHOLDER.search(text) is not None


def _checked_secret(secret: SecretStr) -> SecretStr:
    if (problem := problem_of_secret(secret.get_secret_value())) is not None:
        raise ValueError(problem)
    return secret


def problem_of_secret(text: str) -> str | None:
    """Return what is wrong with a secret of ours; ``None`` if nothing is."""
    if is_placeholder(text):
        return PLACEHOLDER_PROBLEM
    if len(text) < MIN_SECRET_CHARACTERS:
        return f"has fewer than {MIN_SECRET_CHARACTERS} characters. Set a longer secret"
    return None


# A secret that is not a placeholder and too long to guess.
StrongSecret = Annotated[SecretStr, AfterValidator(_checked_secret)]
