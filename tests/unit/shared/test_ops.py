import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.ops import OpsServer, serve_ops
from invoice_shared.settings import BaseServiceSettings
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK, free_port


class Ops:
    def __init__(self) -> None:
        self.port = free_port()
        self.clock = FakeClock()
        self.health = Health(self.clock, 120)
        self.metrics = Metrics()
        self.server = OpsServer(LOOPBACK, self.port, self.health, self.metrics)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(
                f"http://{LOOPBACK}:{self.port}{path}", timeout=5
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def ops() -> Iterator[Ops]:
    opened = Ops()
    opened.server.start()
    yield opened
    opened.server.stop()


def test_ready_is_200_with_an_empty_list_and_503_with_the_missing_parts(ops: Ops) -> None:
    assert ops.get("/readyz") == (200, "[]")

    ops.health.missing("kafka", "no answer")

    status, body = ops.get("/readyz")
    assert (status, json.loads(body)) == (503, ["kafka: no answer"])


def test_live_is_503_once_records_wait_without_a_commit(ops: Ops) -> None:
    assert ops.get("/livez")[0] == 200

    ops.health.lag(1)
    ops.clock.advance(121)

    status, body = ops.get("/livez")
    assert (status, "1 records wait" in body) == (503, True)


def test_metrics_are_prometheus_text_with_the_name_of_the_contract(ops: Ops) -> None:
    ops.metrics.skipped("zero-total")

    status, body = ops.get("/metrics")

    assert status == 200
    assert 'invoice_connector_invoices_skipped_total{reason="zero-total"} 1.0' in body


def test_the_metrics_show_each_missing_part_until_it_is_there(ops: Ops) -> None:
    ops.health.missing("bucket", "The bucket b does not exist.")
    assert 'invoice_connector_not_ready{part="bucket"} 1.0' in ops.get("/metrics")[1]

    ops.health.present("bucket")

    assert 'invoice_connector_not_ready{part="bucket"} 0.0' in ops.get("/metrics")[1]


def test_a_taken_port_ends_the_process_with_one_line(
    ops: Ops, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = BaseServiceSettings(bind_host=LOOPBACK, ops_port=ops.port)

    with pytest.raises(SystemExit) as caught:
        serve_ops(settings, ops.health, ops.metrics)

    assert caught.value.code == 2
    assert f"OPS_PORT {ops.port}" in capsys.readouterr().out + caplog.text
