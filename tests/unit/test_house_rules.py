"""Rules for the whole repository that no linter knows."""

import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from invoice_providers.names import destinations
from invoice_providers.registry import account_settings, provider_of
from invoice_shared.failure import CODES
from invoice_shared.settings import HttpSettings, Settings

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
RUNBOOK = ROOT / "docs" / "runbook.md"
CONFIGURATION = ROOT / "docs" / "configuration.md"
PACKAGES = (
    "invoice_shared",
    "invoice_webhook",
    "invoice_formatter",
    "invoice_creator",
    "invoice_error_sink",
    "invoice_providers",
    "invoice_operations",
    "invoice_cli",
    "invoice_web",
    "invoice_simulators",
)
# The fields that we use of Metronome's schema ``BillingProviderInvoice``.
METRONOMES_NAMES = ("netsuite", "quickbooks_online", "custom")
HTTP_FIELDS = HttpSettings.model_fields.keys()
# What decides the meaning of another system's answer, or makes a failure, and the only place that
# knows it.
METRONOMES_RULES = "shared/src/invoice_shared/metronome/"
KNOWN_IN_ONE_PLACE = {
    "X-Metronome-Rate-Limit-Type": METRONOMES_RULES,
    "INVALID_REQUEST_ERROR": METRONOMES_RULES,
    "billingProvider": METRONOMES_RULES,
    "/contracts/": METRONOMES_RULES,
    '"constituent_invoices"': "services/formatter/src/invoice_formatter/mapping/hierarchy/",
    'get("Retry-After"': "shared/src/invoice_shared/answer.py",
    "MSG_SIZE_TOO_LARGE": "shared/src/invoice_shared/kafka/",
    "return InvoiceFailure(": "shared/src/invoice_shared/filing.py",
}
# Prefixes of variables that boto3 and OpenTelemetry read themselves; their own documentation lists
# them.
OTHERS_OWN = ("AWS_", "OTEL_")

IMPORT_AND_WATCH = """
import importlib, os, pkgutil, sys, threading

deeds = []
module = ""


LIBRARIES_OWN = (
    ("subprocess.Popen", "file"),  # croniter, which faust imports, asks for the platform
    ("socket.bind", "::1"),  # urllib3 asks whether there is IPv6
)


def watch(event, details):
    if any(event == known and name in str(details[:2]) for known, name in LIBRARIES_OWN):
        return
    writes = event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+")
    acts = event in ("socket.connect", "socket.bind", "subprocess.Popen")
    if (writes and details[0] != os.devnull) or acts:
        deeds.append(f"{module}: {event} {details[:2]}")


sys.addaudithook(watch)
sys.dont_write_bytecode = True
for package in sys.argv[1:]:
    found = importlib.import_module(package)
    for info in pkgutil.walk_packages(found.__path__, package + ".", onerror=lambda _: None):
        module = info.name
        try:
            importlib.import_module(module)
        except Exception as error:
            deeds.append(f"{module}: {error!r}")
    if threading.active_count() > 1:
        deeds.append(f"{package}: leaves threads {threading.enumerate()}")
print("\\n".join(deeds), end="")
"""


def test_importing_any_module_does_nothing_and_needs_no_environment() -> None:
    command = [sys.executable, "-I", "-W", "ignore", "-c", IMPORT_AND_WATCH, *PACKAGES]

    done = subprocess.run(command, env={}, check=False, capture_output=True, text=True, timeout=120)

    assert done.stdout.splitlines() == []
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize("code", CODES)
def test_every_failure_code_has_a_heading_in_the_runbook(code: str) -> None:
    headings = re.findall(r"^#+ .*$", RUNBOOK.read_text(), re.MULTILINE)

    assert any(f"`{code}`" in heading for heading in headings)


@pytest.mark.parametrize(("word", "place"), KNOWN_IN_ONE_PLACE.items())
def test_a_rule_that_several_parts_need_is_in_one_place(word: str, place: str) -> None:
    files = [
        str(path.relative_to(ROOT))
        for sources in ("*/src", "services/*/src")
        for path in ROOT.glob(f"{sources}/**/*.py")
        if "invoice_simulators" not in path.parts and word in path.read_text()
    ]

    assert files
    assert [file for file in files if not file.startswith(place)] == []


@pytest.mark.parametrize("destination", destinations())
def test_a_providers_folder_exports_everything_about_it(destination: str) -> None:
    provider = provider_of(destination)

    assert provider.name == destination
    assert re.fullmatch(r"[a-z][a-z0-9_]+", destination)
    assert provider.metronome_name in METRONOMES_NAMES
    assert not provider.is_configured(provider.settings.model_construct())


def test_no_two_providers_share_a_setting() -> None:
    fields = [
        name
        for block in account_settings().values()
        for name in block.model_fields.keys() - HTTP_FIELDS
    ]

    assert len(fields) == len(set(fields))


def test_listing_the_providers_imports_none_of_them_and_no_client() -> None:
    ask = (
        "import sys; from invoice_providers.names import destinations; assert"
        " destinations();clients = {'requests', 'boto3', 'jwt'} &"
        " sys.modules.keys();print(sorted(clients) + [name for name in sys.modules if"
        " name.startswith('invoice_providers.')])"
    )
    ask_formatter = ask.replace(
        "import sys;", "import sys; import invoice_formatter.mapping.document;"
    )

    for command in (ask, ask_formatter):
        done = subprocess.run(
            [sys.executable, "-I", "-c", command], check=True, capture_output=True, text=True
        )
        assert done.stdout == "['invoice_providers.names']\n"


def test_the_configuration_page_lists_all_settings_and_no_others() -> None:
    documented = names_of_entries(CONFIGURATION.read_text())

    assert documented == {name for name in settings_names() if not name.startswith(OTHERS_OWN)}


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in TESTS.rglob("test_*.py")}

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def names_of_entries(page: str) -> set[str]:
    """Return the variables that head an entry of any list; an entry may have several."""
    heads = re.findall(r"^- ((?:`[A-Z][A-Z0-9_]+`(?: 🔒)?(?:, )?)+)", page, re.MULTILINE)
    names = {name for head in heads for name in re.findall(r"`(\w+)`", head)}
    return {name for name in names if not name.startswith(OTHERS_OWN)}


def settings_names() -> set[str]:
    """Return the variables that the settings classes of all packages read."""
    for name in module_names():
        if name.rpartition(".")[2] == "settings":
            importlib.import_module(name)
    return {field.upper() for known in subclasses(Settings) for field in known.model_fields}


def module_names() -> Iterator[str]:
    for package in PACKAGES:
        found = importlib.import_module(package)
        yield from (info.name for info in pkgutil.walk_packages(found.__path__, f"{package}."))


def subclasses(known: type[Settings]) -> Iterator[type[Settings]]:
    for below in known.__subclasses__():
        # A test may have added a provider and removed it again.
        if below.__module__.partition(".")[0] in PACKAGES and below.__module__ in sys.modules:
            yield below
            yield from subclasses(below)
