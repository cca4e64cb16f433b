"""QuickBooks Online and Razorpay behind the real process, killed while answers get lost: each
invoice exists once.
"""

from collections import Counter
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from invoice_simulators.client import ControlClient
from tests.integration.creator.world import World, ids, invoices
from tests.support.waiting import eventually

pytestmark = [pytest.mark.broker, pytest.mark.real_broker]

EACH = 40


def settings(world: World, folder: Path) -> dict[str, str]:
    quickbooks = world.outside.announced["quickbooks_online"]
    razorpay = world.outside.announced["razorpay"]
    return {
        "QBO_BASE_URL": quickbooks["url"],
        "QBO_TOKEN_URL": f"{quickbooks['url']}/oauth2/v1/tokens/bearer",
        "QBO_TOKEN_STORE": str(folder / "tokens.json"),
        "QBO_REALM_ID": quickbooks["realm_id"],
        "QBO_CLIENT_ID": quickbooks["client_id"],
        "QBO_CLIENT_SECRET": quickbooks["client_secret"],
        "QBO_REFRESH_TOKEN": quickbooks["refresh_token"],
        "RAZORPAY_BASE_URL": razorpay["url"],
        "RAZORPAY_APIKEY_ID": razorpay["key_id"],
        "RAZORPAY_APIKEY_SECRET": razorpay["key_secret"],
        "CREATOR_DESTINATIONS": '["quickbooks_online","razorpay"]',
    }


def test_both_providers_have_each_invoice_once_despite_kills_and_lost_answers(
    world: World, tmp_path: Path
) -> None:
    world.changes |= settings(world, tmp_path)
    controls = [
        ControlClient(world.outside.announced[name]["url"])
        for name in ("quickbooks_online", "razorpay")
    ]
    for control in controls:
        control.limit(latency={"p50": 0.05, "slow_share": 0.02, "slow_seconds": 3})
        control.inject("reset-after", "create", probability=0.1, seed=1)
        control.inject("reset-before", "create", probability=0.05, seed=2)
    customer = {"external_customer_id": "cust_AAAAAAAAAAAAAA", "currency": "INR"}
    # Razorpay accepts nothing below one rupee, so its invoices begin at the fourth quarter of a
    # rupee.
    sent = [
        *invoices(EACH, destination="quickbooks_online"),
        *invoices(EACH + 3, destination="razorpay", **customer)[3:],
    ]
    world.send(sent)
    creator = world.start()

    for count in (15, 35, 55):
        eventually(partial(hold, controls, count), timeout=120, every=0.02)
        creator.kill()
        creator.start()

    eventually(lambda: world.is_committed(len(sent)), timeout=180)
    # A draft that a killed creator left behind bills nobody.
    documents = [
        each for control in controls for each in control.documents() if each["state"] != "draft"
    ]
    assert {name: times for name, times in count_ids(documents).items() if times > 1} == {}
    assert {each["external_id"]: Decimal(each["total"]) for each in documents} == {
        invoice.invoice_id: invoice.total for invoice in sent
    }
    assert world.ledger().keys() == ids(sent)
    assert world.failures() == []


def hold(controls: list[ControlClient], count: int) -> bool:
    return sum(len(control.documents()) for control in controls) >= count


def count_ids(documents: list[dict[str, Any]]) -> Counter[str]:
    return Counter(document["external_id"] for document in documents)
