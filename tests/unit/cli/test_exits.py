"""The exit code for each error, and for the lines of a check."""

import pytest
from confluent_kafka import KafkaError

from invoice_cli.exits import Exit, exit_of, remark, worst
from invoice_cli.output import Listing
from invoice_operations.broker_errors import meaning
from invoice_operations.check.checks import Line
from invoice_operations.errors import InvalidRequest, NeedsAttention, NotFound
from invoice_shared.archive.archive import ArchiveUnavailable, ArchiveUnreachable
from invoice_shared.errors import (
    ConnectorError,
    CredentialsRefused,
    Rejected,
    StartupError,
    Unavailable,
)
from invoice_shared.publishing import PublishFailed
from invoice_shared.settings import InvalidSettings


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (InvalidSettings(["NAME: is not set"]), Exit.USAGE),
        (InvalidRequest("no"), Exit.USAGE),
        (NotFound("no"), Exit.ATTENTION),
        (NeedsAttention("no"), Exit.ATTENTION),
        (CredentialsRefused("no"), Exit.ATTENTION),
        (Rejected("invalid-invoice", "no"), Exit.ATTENTION),
        (StartupError("no"), Exit.ATTENTION),
        (ArchiveUnavailable("no"), Exit.ATTENTION),
        (ArchiveUnreachable("no"), Exit.UNREACHABLE),
        (Unavailable("no"), Exit.UNREACHABLE),
        (PublishFailed("no"), Exit.UNREACHABLE),
    ],
    ids=lambda given: type(given).__name__,
)
def test_the_exit_code_says_who_has_to_act(
    error: ConnectorError | InvalidSettings, end: Exit
) -> None:
    assert exit_of(error) is end


@pytest.mark.parametrize(
    ("code", "end"),
    [
        pytest.param(
            KafkaError.TOPIC_AUTHORIZATION_FAILED, Exit.ATTENTION, id="refused credentials"
        ),
        pytest.param(
            KafkaError.INVALID_REPLICATION_FACTOR, Exit.USAGE, id="more copies than brokers"
        ),
        pytest.param(KafkaError.TOPIC_EXCEPTION, Exit.USAGE, id="an invalid topic name"),
        pytest.param(KafkaError._INVALID_ARG, Exit.USAGE, id="a setting that the client refuses"),
        pytest.param(KafkaError._TRANSPORT, Exit.UNREACHABLE, id="no connection"),
        pytest.param(
            KafkaError.NOT_ENOUGH_REPLICAS, Exit.UNREACHABLE, id="too few replicas in sync"
        ),
    ],
)
def test_a_kafka_error_is_reported_in_the_brokers_words(code: int, end: Exit) -> None:
    error = meaning(KafkaError(code, "It is so."))

    assert exit_of(error) is end
    assert "It is so." in str(error)
    assert ".." not in str(error)


def test_the_exit_code_is_that_of_the_worst_line() -> None:
    lines = [Line("a", "works"), Line("b", "note"), Line("c", "to fix"), Line("d", "wrong setting")]

    assert worst([]) == worst(lines[:2]) == Exit.DONE
    assert worst(lines[:3]) == Exit.ATTENTION
    assert worst(lines) == Exit.USAGE
    assert worst([*lines, Line("e", "unreachable")]) == Exit.UNREACHABLE


@pytest.mark.parametrize(("output", "said"), [("table", "It is so.\n"), ("json", ""), ("csv", "")])
def test_a_program_gets_no_remarks_beside_its_output(
    output: Listing, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remark("It is so.", output)

    assert capsys.readouterr().err == said
