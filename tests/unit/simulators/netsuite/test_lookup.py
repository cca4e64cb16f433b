"""What look-ups find in NetSuite: by ``eid:``, lists with ``q``, and SuiteQL."""

import pytest

from invoice_simulators.client import ControlClient
from tests.unit.simulators.netsuite_client import (
    BODY,
    code_of,
    create,
    created,
    read,
    rows,
    suiteql,
)

EXTERNAL_ID = BODY["externalId"]
LINES = BODY["item"]["items"]


def test_look_ups_lag_behind_reads_by_internal_id(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    netsuite.configure(lookup_lag_seconds=None)
    internal_id = created(netsuite, netsuite_url)

    assert read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}").status_code == 404
    assert rows(netsuite_url, "") == []
    assert code_of(create(netsuite_url, BODY)) == "USER_ERROR", "the id is taken nevertheless"
    assert read(netsuite_url, f"invoice/{internal_id}").status_code == 200
    netsuite.settle()
    assert read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}").status_code == 200


def test_a_list_is_filtered_and_an_empty_one_is_not_an_error(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    internal_id = created(netsuite, netsuite_url)

    found = read(netsuite_url, "invoice", q=f'externalId IS "{EXTERNAL_ID}"').json()
    none = read(netsuite_url, "invoice", q='externalId IS "x" AND memo CONTAIN "y"').json()

    assert ([each["id"] for each in found["items"]], found["totalResults"]) == ([internal_id], 1)
    assert (none["items"], none["hasMore"]) == ([], False)
    assert code_of(read(netsuite_url, "invoice", q="colour IS red")) == "INVALID_PARAMETER"


def test_suiteql_finds_records_of_all_types(netsuite: ControlClient, netsuite_url: str) -> None:
    invoice = created(netsuite, netsuite_url, dueDate="2026-12-01", memo="October")
    memo = created(netsuite, netsuite_url, "creditMemo", externalId="memo-1")
    netsuite.void(memo)

    assert rows(
        netsuite_url, f"WHERE lower(externalid) = '{EXTERNAL_ID}'", "id, type, status, voided"
    ) == [{"id": invoice, "type": "CustInvc", "status": "A", "voided": "F"}]
    assert rows(netsuite_url, "WHERE voided = 'T'", "type, BUILTIN.DF(status) AS state, memo") == [
        {"type": "CustCred", "state": "Credit Memo : Voided"}
    ]
    shown = "trandate, duedate, foreigntotal, foreignamountunpaid AS unpaid, entity"
    assert rows(
        netsuite_url,
        "WHERE trandate >= TO_DATE('2026-11-01', 'YYYY-MM-DD') AND memo LIKE 'Oct%'",
        shown,
    ) == [
        {
            "trandate": "11/2/2026",
            "duedate": "12/1/2026",
            "foreigntotal": "10.25",
            "unpaid": "10.25",
            "entity": "1001",
        }
    ]
    ordered = "WHERE type IN ('CustInvc', 'CustCred') ORDER BY id DESC FETCH FIRST 1 ROWS ONLY"
    assert rows(netsuite_url, ordered) == [{"id": memo}]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM transaction LIMIT 1",
        "SELECT id FROM vendor",
        "SELECT colour FROM transaction",
        "SELECT id FROM transaction WHERE colour = 'red'",
        "SELECT id FROM transaction WHERE foreigntotal > 'much'",
        "DELETE FROM transaction",
    ],
)
def test_suiteql_refuses_an_unsupported_query(
    netsuite: ControlClient, netsuite_url: str, query: str
) -> None:
    created(netsuite, netsuite_url)

    assert code_of(suiteql(netsuite_url, query)) == "INVALID_PARAMETER"


def test_suiteql_requires_its_header(netsuite: ControlClient, netsuite_url: str) -> None:
    assert suiteql(netsuite_url, "SELECT id FROM transaction", Prefer="").status_code == 400


def test_limit_and_offset_select_a_page(netsuite: ControlClient, netsuite_url: str) -> None:
    for number in range(3):
        created(netsuite, netsuite_url, externalId=str(number))

    page = read(netsuite_url, "invoice", limit="2", offset="0").json()
    last = read(netsuite_url, "invoice", limit="2", offset="2").json()

    assert (page["count"], page["hasMore"], last["count"], last["hasMore"]) == (2, True, 1, False)
    assert read(netsuite_url, "invoice", limit="0").status_code == 400
