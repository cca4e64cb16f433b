"""The effects of people, time and account settings on NetSuite's records, as a client sees them."""

from typing import Any

import pytest
import requests

from invoice_simulators.client import ControlClient
from tests.unit.simulators.netsuite_client import BODY, change, code_of, create, created, read, rows

EXTERNAL_ID = BODY["externalId"]
LINES = BODY["item"]["items"]


@pytest.mark.parametrize("external_id", [EXTERNAL_ID, EXTERNAL_ID.upper()])
def test_an_external_id_is_unique_across_types_and_letter_cases(
    netsuite: ControlClient, netsuite_url: str, external_id: str
) -> None:
    created(netsuite, netsuite_url)

    response = create(netsuite_url, BODY | {"externalId": external_id}, "creditMemo")

    assert (response.status_code, code_of(response)) == (400, "USER_ERROR")
    assert read(netsuite_url, f"invoice/eid:{external_id}").status_code == 200


@pytest.mark.parametrize("status", [404, 400])
def test_the_answer_to_an_external_id_of_another_type_is_configurable(
    netsuite: ControlClient, netsuite_url: str, status: int
) -> None:
    netsuite.configure(eid_of_other_type=status)
    internal_id = created(netsuite, netsuite_url)

    assert read(netsuite_url, f"creditMemo/eid:{EXTERNAL_ID}").status_code == status
    assert read(netsuite_url, f"creditMemo/{internal_id}").status_code == 400


def test_a_voided_record_stays_with_zero_and_its_external_id_taken(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    internal_id = created(netsuite, netsuite_url)

    netsuite.void(internal_id)

    found = read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}", expandSubResources="true").json()
    assert (found["total"], found["status"]["refName"]) == (0, "Voided")
    assert {line["amount"] for line in found["item"]["items"]} == {0}
    assert code_of(create(netsuite_url, BODY)) == "USER_ERROR"
    netsuite.edit(internal_id, external_id=None)
    assert create(netsuite_url, BODY).status_code == 204


@pytest.mark.parametrize(("keeps", "status"), [(False, 204), (True, 400)])
def test_whether_a_deleted_record_frees_its_external_id_is_configurable(
    netsuite: ControlClient, netsuite_url: str, keeps: bool, status: int
) -> None:
    netsuite.configure(deleted_keep_external_ids=keeps)
    internal_id = created(netsuite, netsuite_url)

    netsuite.delete(internal_id)

    assert netsuite.documents() == []
    assert read(netsuite_url, f"invoice/{internal_id}").status_code == 404
    assert read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}").status_code == 404
    assert create(netsuite_url, BODY).status_code == status


def test_people_can_edit_everything(netsuite: ControlClient, netsuite_url: str) -> None:
    internal_id = created(netsuite, netsuite_url)

    netsuite.edit(
        internal_id, total="99.00", note="gone", number="N-1", customer_id="7", external_id="other"
    )

    (document,) = netsuite.documents()
    assert (document["total"], document["note"], document["doc_number"]) == ("99.00", "gone", "N-1")
    assert (document["customer_id"], document["external_id"]) == ("7", "other")
    found = read(netsuite_url, "invoice/eid:other").json()
    assert (found["total"], found["entity"]["id"]) == (99, "7")
    with pytest.raises(ValueError, match="Cannot edit colour"):
        netsuite.edit(internal_id, colour="red")


def test_a_payment_shows_and_prevents_void_and_deletion(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    internal_id = created(netsuite, netsuite_url)

    netsuite.pay(internal_id, "4.25")

    part = read(netsuite_url, f"invoice/{internal_id}").json()
    assert (part["amountPaid"], part["amountRemaining"], part["status"]["id"]) == (4.25, 6, "Open")
    with pytest.raises(ValueError, match="can not be voided"):
        netsuite.void(internal_id)
    assert change(netsuite_url, "DELETE", f"invoice/{internal_id}").status_code == 400
    netsuite.pay(internal_id)
    netsuite.configure(status_ids="letters")
    assert read(netsuite_url, f"invoice/{internal_id}").json()["status"] == {
        "id": "B",
        "refName": "Paid In Full",
    }


def test_a_record_is_changed_and_deleted_by_either_id(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    internal_id = created(netsuite, netsuite_url)

    changed = change(
        netsuite_url, "PATCH", f"invoice/eid:{EXTERNAL_ID}", {"memo": "y", "externalId": "new"}
    )

    assert (changed.status_code, changed.headers["Location"].rpartition("/")[2]) == (
        204,
        internal_id,
    )
    assert read(netsuite_url, "invoice/eid:new").json()["memo"] == "y"
    assert (
        change(netsuite_url, "PATCH", f"invoice/{internal_id}", {"externalId": None}).status_code
        == 204
    )
    assert "externalId" not in read(netsuite_url, f"invoice/{internal_id}").json()
    assert change(netsuite_url, "DELETE", f"invoice/{internal_id}").status_code == 204
    assert change(netsuite_url, "DELETE", f"invoice/{internal_id}").status_code == 404


def test_a_role_may_lack_one_record_type(netsuite: ControlClient, netsuite_url: str) -> None:
    created(netsuite, netsuite_url, "creditMemo")
    netsuite.configure(forbidden_record_types=["creditMemo"])

    refused = create(netsuite_url, BODY | {"externalId": "x"}, "creditMemo")

    assert (refused.status_code, code_of(refused)) == (403, "INSUFFICIENT_PERMISSION")
    assert read(netsuite_url, f"creditMemo/eid:{EXTERNAL_ID}").status_code == 403
    assert rows(netsuite_url, "") == []
    assert create(netsuite_url, BODY | {"externalId": "x"}).status_code == 204


@pytest.mark.parametrize(
    ("settings", "line", "total"),
    [
        pytest.param({"shipping_cost": "15"}, {}, 25.25, id="the account adds shipping"),
        pytest.param(
            {"base_prices": {"2001": "2"}}, {"quantity": 3}, 3.75, id="an item's own price"
        ),
        pytest.param(
            {"base_prices": {"2001": "2"}},
            {"price": {"id": "-1"}},
            10.25,
            id="the custom price level",
        ),
    ],
)
def test_the_account_may_compute_another_total_than_was_sent(
    netsuite: ControlClient,
    netsuite_url: str,
    settings: dict[str, Any],
    line: dict[str, Any],
    total: float,
) -> None:
    netsuite.configure(**settings)

    created(netsuite, netsuite_url, item={"items": [LINES[0] | line, LINES[1]]})

    assert read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}").json()["total"] == total


@pytest.mark.parametrize(
    ("quantity", "status"),
    [("9999999999.5", 204), ("0.000000000000001", 204), ("1E10", 400), ("1E-16", 400)],
)
def test_a_quantity_has_bounds(
    netsuite: ControlClient, netsuite_url: str, quantity: str, status: int
) -> None:
    body = BODY | {"item": {"items": [LINES[0] | {"quantity": float(quantity)}]}}

    assert create(netsuite_url, body).status_code == status


def test_segments_references_and_switches_are_accepted(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    header = {
        "cseg_region": {"id": "3"},
        "account": {"id": "5"},
        "postingPeriod": {"id": "9"},
        "custbody_ok": True,
    }
    lines = [LINES[0] | {"cseg_region": {"id": "4"}, "custcol_n": 1.5}]

    assert create(netsuite_url, BODY | header | {"item": {"items": lines}}).status_code == 204
    refused = create(netsuite_url, BODY | {"externalId": "x", "postingPeriod": "9"})
    assert refused.json()["o:errorDetails"][0]["o:errorPath"] == "postingPeriod"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("PUT", f"invoice/eid:{EXTERNAL_ID}", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "bill/1", 404, "NONEXISTENT_ID"),
        ("GET", "../../nothing", 404, "INVALID_URL"),
    ],
)
def test_an_unsupported_request_is_refused_in_netsuites_format(
    netsuite: ControlClient, netsuite_url: str, method: str, path: str, status: int, code: str
) -> None:
    response: requests.Response = change(netsuite_url, method, path)

    assert (response.status_code, code_of(response)) == (status, code)
