"""The other systems fail in various ways; the invoices wait, or are filed only for problems of
their own.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from invoice_shared import serde
from tests.builders import line_item
from tests.integration.creator.world import TOPIC, World, ids, invoices
from tests.support.proxy import Proxy
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.broker]


def test_an_invoice_ends_created_reported_and_in_the_ledger(world: World) -> None:
    sent = [*invoices(5), *invoices(1, document_type="credit_memo"), *invoices(1, currency="EUR")]
    world.send(sent)
    creator = world.start()

    eventually(lambda: world.is_committed(len(sent)), timeout=60)

    assert {entry["outcome"] for entry in world.ledger().values()} == {"created"}
    assert world.documents().keys() == ids(sent)
    status, metrics = creator.ask("/metrics")
    assert status == 200
    labels = 'destination="netsuite",document_type="credit_memo"'
    assert f"invoice_connector_invoices_created_total{{{labels}}} 1.0" in metrics
    assert creator.ask("/livez")[0] == 200


def test_an_unreachable_provider_files_nothing_and_all_invoices_continue_when_it_is_back(
    world: World,
) -> None:
    sent = invoices(30)
    with Proxy(urlsplit(world.outside.settings["NS_BASE_URL"]).port or 0) as proxy:
        world.changes["NS_BASE_URL"] = proxy.url
        world.changes |= {
            "LIVENESS_STALL_SECONDS": "5",
            "RETRY_PATIENCE_SECONDS": "1",
            "CIRCUIT_PROBE_SECONDS": "1",
        }
        proxy.refuse()
        world.send(sent)
        creator = world.start()
        eventually(
            lambda: (
                'invoice_connector_circuit_open{system="netsuite"} 1.0'
                in creator.ask("/metrics")[1]
            ),
            timeout=30,
        )
        never(lambda: creator.ask("/livez")[0] != 200, during=10)
        assert creator.is_ready()
        assert world.failures() == []

        proxy.allow()
        eventually(lambda: world.is_committed(30), timeout=60)

    assert world.documents().keys() == ids(sent)
    assert world.failures() == []


def test_a_metronome_outage_neither_stops_nor_repeats_creation(world: World) -> None:
    sent = invoices(100)
    world.changes["CREATOR_CONCURRENCY"] = "2"
    world.outside.metronome.inject("status", status=503)
    world.send(sent)
    world.start()
    eventually(lambda: len(world.outside.netsuite.documents()) == 100, timeout=60)
    assert world.is_committed(0)

    world.outside.metronome.clear_faults()
    eventually(lambda: world.is_committed(100), timeout=60)

    assert len(world.outside.netsuite.requests("create")) == 100
    assert world.failures() == []


def test_refused_credentials_file_nothing_and_a_corrected_file_is_used(
    world: World, tmp_path: Path
) -> None:
    secret = tmp_path / "token-secret"
    secret.write_text("not the one")
    settings = world.settings()
    right = settings["NS_TOKEN_SECRET"]
    world.changes |= {"NS_TOKEN_SECRET": "", "NS_TOKEN_SECRET_FILE": str(secret)}
    sent = invoices(10)
    world.send(sent)
    creator = world.start()
    eventually(lambda: creator.ask("/readyz")[0] == 503, timeout=60)
    assert "netsuite credentials" in json.loads(creator.ask("/readyz")[1])[0]
    assert world.failures() == []

    secret.write_text(f"{right}\n")
    eventually(lambda: world.is_committed(10), timeout=60)

    assert world.documents().keys() == ids(sent)
    assert creator.is_ready()
    alerts = [line for line in creator.output().splitlines() if '"credentials refused"' in line]
    assert len(alerts) == 1
    assert right not in creator.output()


def test_one_bad_invoice_among_good_ones_is_filed_and_delays_no_other(world: World) -> None:
    sent = invoices(40)
    bad = sent[3].invoice_id
    world.outside.netsuite.inject("status", "create", status=500, invoice_id=bad)
    world.send(sent)
    world.start()

    eventually(lambda: world.is_committed(40), timeout=60)

    (failure,) = world.failures()
    assert (failure["invoice_id"], failure["code"], failure["stage"]) == (
        bad,
        "retries-exhausted",
        "creator",
    )
    assert failure["attempts"] >= 2
    assert failure["original"]["value"] == serde.to_bytes(sent[3]).decode()
    assert world.documents().keys() == ids(sent) - {bad}
    entry = world.ledger()[bad]
    assert (entry["outcome"], entry["may_exist"]) == ("failed", True)
    assert bad not in {each["invoice_id"] for each in world.outside.metronome.writebacks()}


def test_an_invoice_that_netsuite_refuses_is_filed_with_netsuites_message(world: World) -> None:
    world.outside.netsuite.configure(inactive_items=["777"])
    refused = invoices(1, total="100.00", line_items=(line_item(external_item_id="777"),))
    world.send(refused)
    world.start()

    eventually(lambda: world.is_committed(1), timeout=60)

    (failure,) = world.failures()
    assert failure["code"] == "provider-rejected"
    assert "The item 777 is inactive." in failure["reason"]
    assert failure["provider_response"]["status"] == 400


def test_foreign_records_are_filed_with_their_bytes(world: World) -> None:
    good = invoices(1)
    junk: list[tuple[str | None, bytes | None]] = [
        ("k-1", b"\xff\xfe"),
        ("k-2", b"{}"),
        ("k-3", None),
        (None, b"[]"),
        ("k-5", b'{"schema_version":2,"invoice_id":"i-5"}'),
    ]
    world.topics.produce(TOPIC, junk)
    world.send(good)
    world.start()

    eventually(lambda: world.is_committed(6), timeout=60)

    failures = world.failures()
    assert [failure["code"] for failure in failures] == ["malformed-record"] * 5
    assert {failure["invoice_id"] for failure in failures} == {"k-1", "k-2", "k-3", None, "i-5"}
    assert world.documents().keys() == ids(good)


def test_a_creator_of_one_destination_skips_the_others(world: World) -> None:
    ours = invoices(3)
    theirs = invoices(3, destination="razorpay")
    world.changes["CREATOR_DESTINATIONS"] = '["netsuite"]'
    world.send([*ours, *theirs])
    world.start()

    eventually(lambda: world.is_committed(6), timeout=60)

    assert world.ledger().keys() == ids(ours)
    assert world.failures() == []


def test_a_destination_that_is_not_set_up_is_filed_as_such(world: World) -> None:
    world.send(invoices(1, destination="razorpay"))
    world.start()

    eventually(lambda: world.is_committed(1), timeout=60)

    assert [failure["code"] for failure in world.failures()] == ["destination-not-configured"]


def test_a_replay_of_everything_creates_nothing_new(world: World) -> None:
    sent = invoices(20)
    world.send(sent)
    world.start()
    eventually(lambda: world.is_committed(20), timeout=60)
    world.send(sent)

    eventually(lambda: world.is_committed(40), timeout=60)

    assert len(world.outside.netsuite.documents()) == 20
    assert world.failures() == []


def test_a_throttling_provider_gets_fewer_simultaneous_calls_and_more_when_it_recovers(
    world: World,
) -> None:
    sent = invoices(240)
    world.changes["CREATOR_CONCURRENCY"] = "8"
    world.changes["CIRCUIT_PROBE_SECONDS"] = "1"
    netsuite = world.outside.netsuite
    netsuite.limit(concurrency=2, latency={"p50": 0.05})
    world.send(sent)
    world.start()
    eventually(lambda: len(netsuite.documents()) >= 60, timeout=120)

    # If all eight had continued, most answers would be a throttle.
    statuses = [request["status"] for request in netsuite.requests("create")]
    assert statuses.count(429) < len(statuses) / 2

    netsuite.limit(latency={"p50": 0.05})
    eventually(lambda: world.is_committed(240), timeout=120)
    assert max(request["concurrency"] for request in netsuite.requests("create")) > 4
    assert world.documents().keys() == ids(sent)
    assert world.failures() == []
