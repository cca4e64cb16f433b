import json
import logging

import pytest

from invoice_shared import logs
from invoice_shared.harmless import HARMFUL
from invoice_shared.own_secrets import OWN
from invoice_shared.settings import BaseServiceSettings
from tests.fakes import FakeClock


@pytest.fixture(autouse=True)
def _restored() -> object:
    yield
    logging.basicConfig(handlers=[logging.NullHandler()], level=logging.WARNING, force=True)


def test_our_own_lines_and_those_of_libraries_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(BaseServiceSettings())

    logs.get_logger("invoice_creator.handler").info(
        "invoice created", invoice_id="i-1", position="t[0]@7"
    )
    logging.getLogger("some.library").warning("slow %s", "broker")

    ours, theirs = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (ours["message"], ours["invoice_id"], ours["position"]) == (
        "invoice created",
        "i-1",
        "t[0]@7",
    )
    assert (theirs["message"], theirs["level"]) == ("slow broker", "warning")


def test_no_level_makes_a_library_log_what_it_signs(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(BaseServiceSettings(log_level="DEBUG"))

    logging.getLogger("oauthlib.oauth1.rfc5849").debug("Signature: %s", "s1g")
    logs.get_logger("invoice_creator.handler").debug("shown")

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "shown"


def test_the_level_is_applied(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(BaseServiceSettings(log_level="ERROR"))

    logs.get_logger("x").info("not shown")

    assert capsys.readouterr().out == ""


def test_repeated_lines_of_a_library_are_written_once_with_the_number_of_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = FakeClock()
    logs.configure(BaseServiceSettings(), clock.monotonic)

    for _ in range(120):
        logging.getLogger("aiokafka").error("Unable connect to %s", "127.0.0.1:9092")
    clock.advance(60)
    logging.getLogger("aiokafka").error("Unable connect to %s", "127.0.0.1:9092")

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert ("repeats" in first, second["repeats"]) == (False, 119)


def test_no_line_contains_a_secret_of_ours_whoever_writes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    OWN.add('p@ss/wo"rd')
    logs.configure(BaseServiceSettings())
    try:
        raise ValueError('p@ss/wo"rd')
    except ValueError:
        logging.getLogger("aiokafka").exception('cannot log in with p@ss/wo"rd')
    logs.get_logger("invoice_creator").info("said", why='p@ss/wo"rd')

    said = capsys.readouterr().out
    assert "p@ss" not in said
    assert all("[redacted]" in line for line in said.splitlines())
    assert [json.loads(line)["level"] for line in said.splitlines()] == ["error", "info"]


def test_our_own_error_is_logged_with_its_traceback_in_both_formats(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for log_format in ("json", "console"):
        logs.configure(BaseServiceSettings(log_format=log_format))
        try:
            raise ValueError("odd")
        except ValueError as error:
            logs.get_logger(f"invoice.{log_format}").error("event loop", exc_info=error)

    json_line, *console = capsys.readouterr().out.splitlines()
    assert "ValueError: odd" in json.loads(json_line)["exception"]
    assert any("ValueError: odd" in line for line in console)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_line_controls_a_terminal_whoever_writes_it(
    capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    evil = "".join(map(chr, HARMFUL)) + "\nwords"
    logs.configure(BaseServiceSettings(log_format=log_format))

    logs.get_logger(f"terminal.{log_format}").warning("provider said", why=evil, all=[evil])
    logging.getLogger("a.library").error("said %s", evil)
    try:
        raise ValueError(evil)
    except ValueError:
        logs.get_logger(f"terminal.{log_format}").exception("ours")
        logging.getLogger("a.library").exception("theirs")

    printed = capsys.readouterr().out
    assert printed.count("words") >= 5
    assert not set(map(ord, printed)) & set(HARMFUL)


def test_a_library_cannot_forge_a_second_line_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(BaseServiceSettings(log_format="console"))

    logging.getLogger("a.library").error("said %s", "a\r\n[error    ] forged")

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_traceback_on_a_terminal_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(BaseServiceSettings(log_format="console"))
    invoice = ["customer", "amount"]
    try:
        raise ValueError(len(invoice))
    except ValueError:
        logs.get_logger("terminal.traceback").exception("event loop")

    printed = capsys.readouterr().out
    assert "ValueError: 2" in printed
    assert "['customer', 'amount']" not in printed
