"""How trouble with Kafka ends a command."""

import pytest
from confluent_kafka import KafkaError

from invoice_cli.__main__ import kafka_end
from invoice_operations.exits import Exit


@pytest.mark.parametrize(
    ("code", "end"),
    [
        pytest.param(KafkaError.TOPIC_AUTHORIZATION_FAILED, Exit.ATTENTION, id="refused credentials"),
        pytest.param(KafkaError.INVALID_REPLICATION_FACTOR, Exit.USAGE, id="more copies than brokers"),
        pytest.param(KafkaError.TOPIC_EXCEPTION, Exit.USAGE, id="no name for a topic"),
        pytest.param(KafkaError._INVALID_ARG, Exit.USAGE, id="a setting that the client refuses"),
        pytest.param(KafkaError._TRANSPORT, Exit.UNREACHABLE, id="no connection"),
        pytest.param(KafkaError.NOT_ENOUGH_REPLICAS, Exit.UNREACHABLE, id="too few replicas in sync"),
    ],
)
def test_the_exit_code_tells_whose_move_it_is(code: int, end: Exit) -> None:
    ended, said = kafka_end(KafkaError(code, "It is so."))

    assert ended is end
    assert "It is so." in said
    assert ".." not in said
