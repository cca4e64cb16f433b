import json
import logging

import pytest

from invoice_shared import logs
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
