"""Decisions of people hold invoices back, and let them continue."""

import json

import pytest

from tests.integration.creator.world import World, ids, invoices
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.broker]


def test_a_paused_destination_holds_its_invoices_until_it_is_resumed(
    world: World,
) -> None:
    world.changes["LIVENESS_STALL_SECONDS"] = "2"
    world.changes["RETRY_PATIENCE_SECONDS"] = "1"
    world.decide("pause", "netsuite")
    sent = invoices(5)
    world.send(sent)
    creator = world.start_unready()
    paused = json.dumps(["netsuite paused: by ada: a test"])  # it has its partitions
    eventually(lambda: creator.ask("/readyz")[1] == paused, timeout=60)

    never(lambda: world.outside.netsuite.documents() or creator.ask("/livez")[0] != 200, during=4)
    world.decide("resume", "netsuite")
    eventually(lambda: world.is_committed(5), timeout=60)

    assert world.documents().keys() == ids(sent)
    assert world.failures() == []
    assert creator.is_ready()


def test_an_invoice_resolved_by_hand_is_skipped_even_if_resolved_a_moment_ago(
    world: World,
) -> None:
    before, after = invoices(2)
    world.decide("resolve", before.invoice_id)
    creator = world.start()
    world.decide("resolve", after.invoice_id)

    world.send([before, after], {"replay-id": b"replay-1"})
    eventually(lambda: world.is_committed(2), timeout=60)

    assert {entry["code"] for entry in world.ledger().values()} == {"resolved-by-hand"}
    assert world.outside.netsuite.documents() == []
    assert (
        'invoice_connector_invoices_skipped_total{reason="resolved-by-hand"} 2.0'
        in creator.ask("/metrics")[1]
    )


def test_a_held_invoice_is_sent_after_its_approval(world: World) -> None:
    world.changes["HOLD_ABOVE"] = '{"*":"0.5"}'
    small, held = invoices(2)
    world.send([small, held])
    world.start()
    eventually(lambda: world.is_committed(2), timeout=60)
    assert world.documents().keys() == {small.invoice_id}
    assert [failure["code"] for failure in world.failures()] == ["held-for-approval"]
    assert {told["invoice_id"] for told in world.outside.metronome.writebacks()} == {
        small.invoice_id
    }

    approved = {"total": held.total, "currency": held.currency, "destination": held.destination}
    world.decide(
        "approve", held.invoice_id, external_customer_id=held.external_customer_id, **approved
    )
    world.send([held], {"replay-id": b"replay-1"})
    eventually(lambda: world.is_committed(3), timeout=60)

    assert world.documents().keys() == {small.invoice_id, held.invoice_id}
