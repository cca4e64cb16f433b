"""The answers of QuickBooks Online and Intuit's gateway, and what follows from each."""

from typing import Any

from tests.builders import INVOICE_ID
from tests.contract.answers.row import Row

REF = "the reference's list of codes"
LAPSED = (
    "message=Subscription for company has lapsed or Invalid destination URL is used. Sandbox"
    " company works with Sandbox URL and Production company works with Production URL.;"
    " errorCode=007001; statusCode=400"
)
TAKEN = "… DocNumber=5b8d9c3e3b1f4c529a5e0 is assigned to TxnType=Invoice with TxnId=145"
HTML = "<html><body>502 Bad Gateway</body></html>"
FOUND = {
    "Id": "145",
    "DocNumber": "5b8d9c3e3b1f4c529a5e0",
    "PrivateNote": f"Metronome invoice {INVOICE_ID}",
    "TotalAmt": 100.0,
    "Balance": 100.0,
    "CurrencyRef": {"value": "USD"},
    "CustomerRef": {"value": "1042"},
}


def fault(code: str, detail: str = "Said.", element: str = "") -> Any:
    """Return a fault of the service."""
    error = {"Message": "m", "Detail": detail, "code": code, "element": element}
    return {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "2026-03-01T12:00:00Z"}


def gateway(code: str, message: str = "") -> Any:
    """Return a fault of the gateway."""
    error = {
        "message": message or f"message=Said; errorCode={code}",
        "detail": None,
        "code": code,
        "element": None,
    }
    return {"warnings": None, "fault": {"error": [error], "type": "SERVICE"}}


def xml(code: str, message: str, *, closed: bool = True) -> str:
    """Return a fault of the gateway in XML."""
    return (
        '<?xml version="1.0"?><IntuitResponse xmlns="http://schema.intuit.com/finance/v3">'
        f'<Fault type="SERVICE"><Error code="{code}"><Message>{message}</Message>'
        f"{'</Error>' if closed else ''}</Fault></IntuitResponse>"
    )


def refused(code: str, what: str, says: str, *, detail: str = "Said.", source: str = REF) -> Row:
    """Return the row of a document that is refused for good."""
    return Row(
        what=what,
        status=400,
        body=fault(code, detail),
        error="Rejected",
        next="file",
        says=says,
        source=source,
    )


ROWS = (
    Row(
        what="created",
        status=200,
        body={"Invoice": FOUND},
        error="",
        next="created",
        source="Success: 200, body {Invoice: {Id, SyncToken, DocNumber, TotalAmt, Balance}}",
    ),
    Row(
        what="created with another total",
        status=200,
        body={"Invoice": FOUND | {"TotalAmt": 108.25, "Balance": 108.25}},
        error="Rejected",
        next="file",
        says="its total is 108.25 instead of 100.00",
        source="TotalAmt is computed by QBO; compare it after the create (ref)",
    ),
    Row(
        what="created, but not readable",
        status=200,
        body=HTML,
        error="Uncertain",
        next="look",
        source="Success: 200 with a body; there is no Location header to read",
    ),
    Row(
        what="a fault in a 200",
        status=200,
        body=fault("6000", "A business rule."),
        error="Rejected",
        next="file",
        says="A business rule",
        source="HTTP 200 can carry a Fault; always look into the body (ref)",
    ),
    Row(
        what="a taken number, whose document is not shown",
        status=400,
        body=fault("6140", TAKEN),
        error="Unavailable",
        next="unreadable",
        source="6140: Detail ends with DocNumber=... is assigned to TxnType=... with TxnId=N",
    ),
    Row(
        what="a taken number without its document",
        status=400,
        body=fault("6140", "Ce numéro a déjà été utilisé."),
        error="",
        next="look",
        source="Message and Detail are localised: decide by code only",
    ),
    Row(
        what="closed books, or a taken number",
        status=400,
        body=fault("6210", "The books are closed."),
        error="",
        next="look",
        source="6210 also appears for a duplicate number in Intuit's 2017 blog",
    ),
    Row(
        what="a known request id",
        status=400,
        body=fault("600", "Duplicate request id"),
        error="",
        next="look",
        source="Read 600 as 'sent before': look up, do not choose a new id",
    ),
    Row(
        what="a known object",
        status=400,
        body=fault("630"),
        error="",
        next="look",
        source=f"630: duplicate object ({REF})",
    ),
    refused("500", "a body that is not UTF-8", "an error of the connector"),
    refused(
        "610",
        "an inactive item or customer",
        "The customer id that was sent is 1042",
        detail="Something you're trying to use has been made inactive.",
        source="610: deleted transaction, or inactive list object: on a create the mapping",
    ),
    refused("2010", "an unsupported property", "an error of the connector"),
    refused("2020", "a missing parameter", "an error of the connector"),
    refused("2050", "a text too long", "shorten what EXTRA_FIELDS fills"),
    refused("2130", "a badly formed request id", "an error of the connector"),
    refused("2140", "an amount too large", "ten digits before the point"),
    refused("2160", "a bad quantity", "an error of the connector"),
    refused("2290", "a negative amount", "allows no negative amount"),
    refused(
        "2500",
        "an id that does not exist",
        'the item ids are 501 ("API calls")',
        detail="Invalid Reference Id",
        source="2500: reference id unknown or inactive (ref)",
    ),
    refused(
        "2500",
        "an id that does not exist, named",
        'Item 501 is the item of "API calls"',
        detail="Items element id 501 not found",
        source="2500: reference id unknown or inactive (ref)",
    ),
    refused(
        "4002",
        "an invalid e-mail address",
        "To email address",
        detail="To email address entered is invalid",
    ),
    refused("6000", "a business rule", "Correct what it names in QuickBooks"),
    refused(
        "6000",
        "a line without a tax code, outside the US",
        "line.TaxCodeRef",
        detail=(
            "Business Validation Error: Make sure all your transactions have a GST/HST rate before"
            " you save."
        ),
        source="6000 if a non-US line lacks TaxCodeRef (activepieces issue 8539)",
    ),
    refused("6070", "an amount that is not the product", "an error of the connector"),
    refused("6100", "a tax code that does not fit", "line.TaxCodeRef"),
    refused("6160", "a tax code that is none", "line.TaxCodeRef"),
    refused("6170", "tax details that do not fit", "line.TaxCodeRef"),
    refused("6200", "closed books", "open the period"),
    refused("6230", "a tax rate that is none", "line.TaxCodeRef"),
    refused("6240", "a duplicate name", "has this name"),
    refused(
        "6250", "a customer that is missing or inactive", "The customer id that was sent is 1042"
    ),
    refused("6540", "an already deposited document", "already deposited"),
    refused("9999", "a code that nobody listed", "Odd (code 9999)", detail="Odd."),
    Row(
        what="an internal error as a business rule",
        status=400,
        body=fault("6000", "Unexpected Internal Error. (-30003)"),
        error="Unavailable",
        next="look",
        source=(
            "6000 with (-30003), HTTP 400: the invoice had been created (zao woocommerce issue 12)"
        ),
    ),
    Row(
        what="an internal error",
        status=500,
        body=fault("10000", "An application error has occurred"),
        error="Unavailable",
        next="look",
        source="10000: internal error, HTTP 500: repeat with the same requestid",
    ),
    Row(
        what="an internal error with 400",
        status=400,
        body=fault("10000"),
        error="Unavailable",
        next="look",
        source="decide by code only",
    ),
    Row(
        what="an internal error in XML",
        status=500,
        body=xml("10000", "message=InternalServerError; errorCode=010000; statusCode=500"),
        error="Unavailable",
        next="look",
        source="one inactive reference made a query fail with 10000 as XML (PHP SDK issue 127)",
    ),
    Row(
        what="a stale object",
        status=400,
        body=fault("5010", "Stale Object Error"),
        error="Unavailable",
        next="wait alone",
        source=f"5010: stale SyncToken ({REF}): of a create, somebody changes what it refers to",
    ),
    Row(
        what="a locked company",
        status=400,
        body=fault("140"),
        error="Unavailable",
        next="wait alone",
        source="140, 150: locked, maintenance: wait, retry same requestid",
    ),
    Row(
        what="maintenance",
        status=400,
        body=fault("150"),
        error="Unavailable",
        next="all wait",
        source="140, 150: locked, maintenance: wait, retry same requestid",
    ),
    Row(
        what="a throttle",
        status=429,
        body=gateway("003001"),
        error="Unavailable",
        next="all wait",
        says="throttles us",
        source="over the limit: 429, wait 60 s (limits-and-throttles page)",
    ),
    Row(
        what="a throttle with 403",
        status=403,
        body=gateway("3001"),
        error="Unavailable",
        next="all wait",
        source="3001 came with HTTP 403 in 2016 (python-quickbooks 43, quickbooks-ruby 338)",
    ),
    Row(
        what="a throttle with 403 in XML",
        status=403,
        body=xml("3001", "message=ThrottleExceeded; errorCode=003001; statusCode=403"),
        error="Unavailable",
        next="all wait",
        says="message=ThrottleExceeded",
        source="Gateway faults can come as XML although JSON was asked for (public projects)",
    ),
    Row(
        what="a throttle in XML that is not closed",
        status=429,
        body=xml(
            "3001", "message=ThrottleExceeded; errorCode=003001; statusCode=429", closed=False
        ),
        error="Unavailable",
        next="all wait",
        says="message=ThrottleExceeded",
        source="One seen body had no closing </Error> (PHP SDK issue 445)",
    ),
    Row(
        what="a throttle without a body",
        status=429,
        error="Unavailable",
        next="all wait",
        source="over the limit: 429 (limits-and-throttles page)",
    ),
    Row(
        what="a production company at the sandbox's address",
        status=400,
        body=gateway("7001", LAPSED),
        error="CredentialsRefused",
        next="operator",
        says="https://sandbox-quickbooks.api.intuit.com",
        source="quickbooks-ruby 206 and 321",
    ),
    Row(
        what="the same, its code only in the message",
        status=400,
        body={"fault": {"error": [{"message": LAPSED}], "type": "SERVICE"}},
        error="CredentialsRefused",
        next="operator",
        source="quickbooks-ruby 206 and 321",
    ),
    Row(
        what="a feature that is not permitted",
        status=400,
        body=fault(
            "5020", "Permission Denied Error : You do not have permission to access this feature"
        ),
        error="CredentialsRefused",
        next="operator",
        source=f"5020: permission denied: operator ({REF})",
    ),
    Row(
        what="a subscription that has ended",
        status=400,
        body=fault("6190"),
        error="CredentialsRefused",
        next="operator",
        says="renew it",
        source=f"6190: subscription ended ({REF})",
    ),
    Row(
        what="no permission",
        status=401,
        body=fault("120"),
        error="CredentialsRefused",
        next="operator",
        says="administrator",
        source=f"120: no permission, 401 ({REF})",
    ),
    Row(
        what="no permission, intermittently",
        status=500,
        body=fault("120"),
        error="Unavailable",
        next="look",
        source="120: once seen as intermittent 500 (qbo_api issue 96)",
    ),
    Row(
        what="a token that is not accepted",
        status=401,
        body=gateway("003200"),
        error="CredentialsRefused",
        next="operator",
        source="3200: token invalid or expired (401)",
    ),
    Row(
        what="an app that is not authorised",
        status=403,
        body=gateway("003100"),
        error="CredentialsRefused",
        next="operator",
        says="QBO_BASE_URL",
        source="3100: also seen when sandbox tokens meet the production host",
    ),
    Row(
        what="an address without a company",
        status=400,
        body=fault("-30000"),
        error="CredentialsRefused",
        next="operator",
        says="QBO_REALM_ID",
        source="-30000: realm missing in the URL",
    ),
    Row(
        what="a 403 without a body",
        status=403,
        error="CredentialsRefused",
        next="operator",
        source="403 without 3001 concerns the account; never count it against the invoice",
    ),
    Row(
        what="another address",
        status=404,
        body=HTML,
        error="CredentialsRefused",
        next="operator",
        says="QBO_BASE_URL",
        source="Production https://quickbooks.api.intuit.com/v3",
    ),
    Row(
        what="a redirect",
        status=302,
        headers={"Location": "https://elsewhere/"},
        error="Unavailable",
        next="all wait",
        says="not followed",
        source="a POST must not become a GET elsewhere (RFC 9110, section 15.4)",
    ),
    Row(
        what="a gateway's page",
        status=502,
        body=HTML,
        error="Unavailable",
        next="look",
        source="502 with an HTML page was seen: unknown outcome for a create",
    ),
    Row(
        what="down",
        status=503,
        error="Unavailable",
        next="all wait",
        source="RFC 9110, section 15.6.4",
    ),
    Row(
        what="a gateway's time-out",
        status=504,
        body={"message": "Endpoint request timed out"},
        error="Unavailable",
        next="look",
        source="server time-out 120 s (limits-and-throttles page)",
    ),
    Row(
        what="a look that finds nothing, then the document is created",
        status=200,
        call="look",
        body={"QueryResponse": {}, "Invoice": FOUND},  # the second is for the read that follows
        error="",
        next="created",
        source="Deleted ones are absent from queries: an empty answer is one",
    ),
    Row(
        what="a look that finds ours",
        status=200,
        call="look",
        body={"QueryResponse": {"Invoice": [FOUND]}},
        error="",
        next="created",
        source="answer QueryResponse.Invoice[] (intuit REST reference)",
    ),
    Row(
        what="a fault inside a look's answer",
        status=200,
        call="look",
        body={"QueryResponse": fault("10000")},
        error="Unavailable",
        next="unreadable",
        source=(
            "A Fault may sit inside an HTTP 200 or inside QueryResponse: 'unknown', never 'not"
            " there'"
        ),
    ),
    Row(
        what="an unsupported query",
        status=400,
        call="look",
        body=fault("4001", "property 'PrivateNote' is not queryable"),
        error="Unavailable",
        next="unreadable",
        source="One of these programs read that error as 'not found' and made duplicates",
    ),
    Row(
        what="a look at a company that has lapsed",
        status=400,
        call="look",
        body=gateway("007001", LAPSED),
        error="CredentialsRefused",
        next="operator",
        source="quickbooks-ruby 206 and 321",
    ),
    Row(
        what="a look that is throttled",
        status=403,
        call="look",
        body=xml("3001", "message=ThrottleExceeded"),
        error="Unavailable",
        next="all wait",
        source="3001 came with HTTP 403 in 2016 (python-quickbooks 43)",
    ),
    Row(
        what="a read of a deleted document",
        status=400,
        call="read",
        body=fault("610", "Object Not Found : Another user has deleted this transaction"),
        error="",
        next="not there",
        source="Reading a deleted one: 400, code 610 (ref; public projects)",
    ),
    Row(
        what="a read that fails",
        status=500,
        call="read",
        body=fault("10000"),
        error="Unavailable",
        next="unreadable",
        source="10000: internal error, HTTP 500",
    ),
)
