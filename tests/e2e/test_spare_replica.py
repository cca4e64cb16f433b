"""More replicas than partitions: the spare one is live and not ready."""

import pytest

from tests.e2e.connector import Connector
from tests.support.broker import Broker
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

OTHERS_HAVE_THEM = "none assigned: the other replicas have them all"


@pytest.mark.parametrize("script", ["invoice-formatter", "invoice-creator", "invoice-error-sink"])
def test_a_replica_without_partitions_is_live(
    start_service: StartService, outside: Outside, broker: Broker, s3: Bucket, script: str
) -> None:
    topics = Topics(broker.bootstrap_servers)
    topics.create(partitions=1)
    quick = {"LIVENESS_STALL_SECONDS": "10", "RETRY_PATIENCE_SECONDS": "1"}
    settings = Connector(start_service, outside, topics, s3).settings(script) | quick

    replicas = [start_service(script, settings) for _ in range(2)]

    eventually(
        lambda: any(OTHERS_HAVE_THEM in each.ask("/readyz")[1] for each in replicas), timeout=90
    )
    never(lambda: any(each.ask("/livez")[0] != 200 for each in replicas), during=15)
    assert sum(each.is_ready() for each in replicas) == 1
