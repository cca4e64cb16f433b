"""A creator without invoices keeps its login alive, and shows what is wrong with it."""

import json
from pathlib import Path

import pytest

from invoice_simulators.client import ControlClient
from tests.integration.creator.test_providers import settings
from tests.integration.creator.world import World
from tests.support.s3 import Bucket
from tests.support.s3_front import Front
from tests.support.services import Service
from tests.support.waiting import eventually

pytestmark = [pytest.mark.broker]

UNSAVED = 'invoice_connector_tokens_unsaved{system="quickbooks_online"}'
UNUSED = 'invoice_connector_login_ends_timestamp_seconds{limit="unused",system="quickbooks_online"}'
TOTAL = 'invoice_connector_login_ends_timestamp_seconds{limit="total",system="quickbooks_online"}'


def value(creator: Service, series: str) -> float | None:
    lines = creator.ask("/metrics")[1].splitlines()
    found = [line.rpartition(" ")[2] for line in lines if line.startswith(series + " ")]
    return float(found[0]) if found else None


def test_tokens_that_s3_refuses_show_until_it_accepts_them(
    world: World, s3: Bucket, s3_port: int, tmp_path: Path
) -> None:
    with Front(s3_port) as front:
        world.changes |= settings(world, tmp_path) | s3.settings
        world.changes |= {
            "AWS_ENDPOINT_URL_S3": front.url,
            "QBO_TOKEN_STORE": f"s3://{s3.name}/token.json",
        }
        front.refuses = lambda method, _headers, body: (
            "InternalError" if method == "PUT" and json.loads(body)["claim"] is None else None
        )
        creator = world.start_unready()

        eventually(
            lambda: (
                "quickbooks_online tokens: The new tokens are only in memory" in readiness(creator)
            ),
            60,
        )
        assert value(creator, UNSAVED) == 1
        assert json.loads(s3.get("token.json"))["access_token"] == ""
        front.refuses = lambda *_: None

        eventually(lambda: value(creator, UNSAVED) == 0, timeout=60)
        creator.wait_until_ready()
        assert json.loads(s3.get("token.json"))["access_token"] != ""
        assert (value(creator, TOTAL) or 0) > (value(creator, UNUSED) or 0) > 0
        assert renewals(world) == 1


def test_a_creator_with_only_read_rights_uses_no_token_and_says_so(
    world: World, s3: Bucket, s3_port: int, tmp_path: Path
) -> None:
    with Front(s3_port) as front:
        world.changes |= settings(world, tmp_path) | s3.settings
        world.changes |= {
            "AWS_ENDPOINT_URL_S3": front.url,
            "QBO_TOKEN_STORE": f"s3://{s3.name}/token.json",
        }
        front.refuses = lambda method, *_: "AccessDenied" if method == "PUT" else None
        creator = world.start_unready()

        eventually(
            lambda: "quickbooks_online login: The token store" in readiness(creator), timeout=60
        )

        assert "s3:PutObject" in readiness(creator)
        assert renewals(world) == 0


def readiness(creator: Service) -> str:
    """Return the missing parts that the creator reports."""
    return creator.ask("/readyz")[1]


def renewals(world: World) -> int:
    control = ControlClient(world.outside.announced["quickbooks_online"]["url"])
    return sum(request["operation"] == "token" for request in control.requests())
