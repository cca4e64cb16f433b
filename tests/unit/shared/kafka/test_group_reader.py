"""What the broker says about groups, and what happens while it cannot say yet."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from invoice_shared.kafka.group_reader import groups_of


class LoadingAdmin:
    """The client of a broker whose coordinator is still loading."""

    def list_consumer_groups(self, **_: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        error = KafkaError(KafkaError.COORDINATOR_LOAD_IN_PROGRESS)
        answer.set_result(SimpleNamespace(valid=[], errors=[error]))
        return answer


def test_an_error_beside_the_groups_is_raised_as_in_all_other_calls() -> None:
    with pytest.raises(KafkaException) as raised:
        groups_of(cast("AdminClient", LoadingAdmin()), "formatted-invoices")

    assert raised.value.args[0].code() == KafkaError.COORDINATOR_LOAD_IN_PROGRESS
