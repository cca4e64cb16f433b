"""Where people can see documents."""

import pytest

from invoice_web.links import links
from tests.builders import outcome


@pytest.mark.parametrize(
    ("destination", "document_type", "url"),
    [
        (
            "netsuite",
            "invoice",
            "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=9%2F1",
        ),
        (
            "netsuite",
            "credit_memo",
            "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/custcred.nl?id=9%2F1",
        ),
        ("quickbooks_online", "invoice", "https://app.qbo.intuit.com/app/invoice?txnId=9%2F1"),
        (
            "quickbooks_online",
            "credit_memo",
            "https://app.qbo.intuit.com/app/creditmemo?txnId=9%2F1",
        ),
        ("razorpay", "invoice", "https://dashboard.razorpay.com/app/invoices/9%2F1"),
    ],
)
def test_a_document_links_to_its_provider(destination: str, document_type: str, url: str) -> None:
    known = outcome(
        destination=destination,
        document_type=document_type,
        provider_document_id="9/1",
        account="1234567_SB1",
    )

    assert [each["url"] for each in links([known], None)] == [url]


def test_a_document_without_a_page_has_no_link_but_the_customer_has_one() -> None:
    foreign = outcome(destination="carrier-pigeon", provider_document_id="1")

    assert links([foreign], "c/1") == [
        {"what": "the customer in Metronome", "url": "https://app.metronome.com/customers/c%2F1"}
    ]
