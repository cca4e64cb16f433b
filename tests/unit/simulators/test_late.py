"""A request that is carried out after its client has given up: at its time, or when it is
released.
"""

import pytest
import requests

from invoice_simulators.client import ControlClient
from tests.support.waiting import eventually
from tests.unit.simulators import netsuite_client, quickbooks_client
from tests.unit.simulators.razorpay_client import BODY, RECEIPT, create, listed


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        pytest.param("status-late", 504, id="answered as timed out"),
        pytest.param("reset-late", requests.ConnectionError, id="connection cut"),
        pytest.param("hang-late", requests.ReadTimeout, id="no answer"),
    ],
)
def test_a_late_create_exists_only_after_its_release(
    razorpay: ControlClient, razorpay_url: str, kind: str, seen: int | type[Exception]
) -> None:
    razorpay.inject(kind, "create", times=1, status=504, seconds=None)

    if isinstance(seen, int):
        assert create(razorpay_url, timeout=0.5).status_code == seen
    else:
        with pytest.raises(seen):
            create(razorpay_url, timeout=0.5)

    assert listed(razorpay_url) == []
    assert [each["invoice_id"] for each in razorpay.held()] == [RECEIPT]
    assert [(each["operation"], each["status"]) for each in razorpay.release()] == [("create", 200)]
    assert len(listed(razorpay_url, receipt=RECEIPT)) == 1
    assert razorpay.held() == []


def test_a_late_create_happens_by_itself_after_its_delay(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    razorpay.inject("status-late", "create", status=503, seconds=0.2)

    create(razorpay_url)

    assert razorpay.documents() == []
    assert len(eventually(razorpay.documents, timeout=10)) == 1
    assert [entry["late_status"] for entry in razorpay.requests("create")] == [200]


def test_a_retry_overtakes_a_late_create_and_both_exist(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    razorpay.inject("status-late", "create", times=1, seconds=None)
    create(razorpay_url)

    create(razorpay_url)
    razorpay.release()

    assert [each["external_id"] for each in razorpay.documents()] == [RECEIPT, RECEIPT]


def test_a_late_create_under_a_taken_external_id_is_refused(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    netsuite.inject("status-late", "create", times=1, seconds=None)
    netsuite_client.create(netsuite_url, netsuite_client.BODY)

    netsuite_client.create(netsuite_url, netsuite_client.BODY)

    assert [each["status"] for each in netsuite.release()] == [400]
    assert len(netsuite.documents()) == 1


def test_a_late_create_with_an_answered_request_id_does_nothing(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    quickbooks.configure(warn_duplicate_numbers=False)
    books = quickbooks_client.company(quickbooks_url)
    quickbooks.inject("status-late", "create", times=1, seconds=None)
    books.post(quickbooks_client.BODY, requestid="r1")

    books.post(quickbooks_client.BODY, requestid="r1")

    assert [each["status"] for each in quickbooks.release()] == [200]
    assert len(quickbooks.documents()) == 1


def test_only_the_named_requests_are_released(razorpay: ControlClient, razorpay_url: str) -> None:
    razorpay.inject("status-late", "create", seconds=None)
    for receipt in ("first", "second"):
        create(razorpay_url, BODY | {"receipt": receipt})

    razorpay.release(invoice_id="second")

    assert [each["invoice_id"] for each in razorpay.held()] == ["first"]
    assert razorpay.release(operation="issue") == []


def test_wrong_credentials_are_refused_at_once(razorpay: ControlClient, razorpay_url: str) -> None:
    razorpay.inject("status-late", "create", seconds=None)

    assert create(razorpay_url, key=("rzp_test_simulated", "wrong")).status_code == 401
    assert razorpay.held() == []


def test_a_reset_forgets_waiting_requests(razorpay: ControlClient, razorpay_url: str) -> None:
    razorpay.inject("status-late", "create", seconds=None)
    create(razorpay_url)

    razorpay.reset()

    assert razorpay.release() == []
