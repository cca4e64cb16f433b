"""A shadow run and its end: nothing is sent until it is approved, and then only what Metronome
still wants billed.
"""

import pytest

from invoice_simulators.metronome.webhooks import finalized_event
from tests.e2e.connector import Connector
from tests.integration.cli.builders import customer, id_of, invoice
from tests.integration.cli.conftest import RunInvoices
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker, pytest.mark.timeout(600)]

SERVICES = ("invoice-webhook", "invoice-formatter", "invoice-creator")


def test_held_invoices_are_approved_unless_they_were_voided_or_changed_meanwhile(
    start_service: StartService,
    outside: Outside,
    topics: Topics,
    s3: Bucket,
    run_invoices: RunInvoices,
) -> None:
    connector = Connector(start_service, outside, topics, s3, changes={"HOLD_ABOVE": '{"*":"0"}'})
    owner = customer(1)
    same, voided, dearer = (invoice(name, owner, 1000) for name in ("same", "voided", "dearer"))
    outside.metronome.seed_customers([owner])
    outside.metronome.seed_invoices([same, voided, dearer])
    connector.start(*SERVICES)

    for each in (same, voided, dearer):
        assert connector.deliver(finalized_event(each)) == 200
    eventually(lambda: len(connector.failures()) == 3, timeout=120)
    assert connector.documents() == {}
    outside.metronome.seed_invoices([voided | {"status": "VOID"}, invoice("dearer", owner, 1001)])
    ended = run_invoices(
        "approve", "--all-held", "--by", "kim", "--output", "json", settings=outside.settings
    )

    assert (ended.code, ended.json["replayed"]) == (1, 3), ended.err
    assert ended.json["outcomes"] == {
        "created": 1,
        "skipped": {"not-finalized": 1},
        "failed_again": {"held-for-approval": 1},
        "still_waiting": 0,
    }
    eventually(
        lambda: {name: len(ends) for name, ends in connector.ledger().items()} == ends_of(2),
        timeout=120,
    )
    assert connector.documents().keys() == {id_of("same")}
    newest = {
        name: (ends[-1]["outcome"], ends[-1]["code"]) for name, ends in connector.ledger().items()
    }
    assert newest == {
        id_of("same"): ("created", None),
        id_of("voided"): ("skipped", "not-finalized"),
        id_of("dearer"): ("failed", "held-for-approval"),
    }


def ends_of(count: int) -> dict[str, int]:
    return {id_of(name): count for name in ("same", "voided", "dearer")}
