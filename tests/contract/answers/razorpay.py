"""Razorpay's answers, and what follows from each.

The sources name pages of the vendor's documentation (github.com/razorpay/markdown-docs,
razorpay.com/docs), issues of its client libraries, and observations in public projects.
"""

from typing import Any

from tests.builders import INVOICE_ID
from tests.contract.answers.row import Call, Row

CREATE_ERRORS = "api/payments/invoices/create-with-customer-id, list of errors"
ERRORS = (
    "api/errors: error{code, description, field, source, step, reason}; codes BAD_REQUEST, GATEWAY,"
    " SERVER"
)
THROTTLE = "api/understand, rate limits: 429, back off; no Retry-After is documented"
DAILY = "payments/invoices/faqs: 300 invoices a day in test mode, 10,000 for unregistered accounts"
KEYS = "api/authentication: HTTP Basic; a wrong key is a BAD_REQUEST_ERROR without field and source"
NOT_ENABLED = (
    "razorpay-java issue 45, razorpay-node issues 243 and 315, razorpay-php issue 339: product not"
    " enabled"
)
WRONG_STATE = "api/payments/invoices/issue: Operation not allowed for Invoice in {status} status."
ENTITY = "api/payments/invoices/entity: id, status, receipt, amount, currency"
LIMITS = "api/payments/invoices/create: lengths of texts, receipt and notes"
PUBLIC = "seen by public projects"
GATEWAY = "RFC 9110: a gateway's answer says nothing about what is behind it"
HTML = "<html><head><title>403 Forbidden</title></head><body>cloudfront</body></html>"
DRAFT_ID = "inv_00000000000001"
DRAFT: dict[str, Any] = {
    "id": DRAFT_ID,
    "entity": "invoice",
    "type": "invoice",
    "receipt": INVOICE_ID,
    "customer_id": "1042",
    "status": "draft",
    "amount": 10000,
    "tax_amount": 0,
    "currency": "USD",
    "description": f"Metronome invoice {INVOICE_ID}",
    "created_at": 1772323200,
}
ISSUED = DRAFT | {"status": "issued", "issued_at": 1772323300}
PATHS: dict[Call, str] = {
    "create": "POST /v1/invoices",
    "issue": f"POST /v1/invoices/{DRAFT_ID}/issue",
    "look": "GET /v1/invoices",
    "read": "GET /v1/invoices/145",
}
# By path; a row replaces one of them.
USUAL: dict[str, Any] = {
    "POST /v1/invoices": DRAFT,
    "GET /v1/invoices": {"entity": "collection", "count": 1, "items": [DRAFT]},
    f"POST /v1/invoices/{DRAFT_ID}/issue": ISSUED,
    f"GET /v1/invoices/{DRAFT_ID}": ISSUED,
    f"DELETE /v1/invoices/{DRAFT_ID}": [],
}


def said(
    description: str, *, code: str = "BAD_REQUEST_ERROR", field: str | None = None, **more: Any
) -> Any:
    """Return the body of an error."""
    error = {
        "code": code,
        "description": description,
        "source": "business",
        "step": "payment_initiation",
        "reason": "input_validation_failed",
        "metadata": {},
    }
    return {"error": error | ({"field": field} if field else {}) | more}


def refused(what: str, body: Any, source: str, says: str = "Fix what it names") -> Row:
    """Return the row of a problem with the invoice, which is filed and reported."""
    return Row(
        what=what, status=400, body=body, error="Rejected", next="file", says=says, source=source
    )


NOBODY = {"source": "NA", "step": "NA", "reason": "NA"}
TROUBLE = (
    "We are facing some trouble completing your request at the moment. Please try again shortly."
)
AT_BANK = "Payment processing failed due to error at bank or wallet gateway"
NO_URL = "The requested URL was not found on the server."
SLOWER = "Request failed. Please try after sometime."
NO_ID = "The id provided does not exist"

SUCCESSES = (
    Row(what="created and issued", status=200, body=DRAFT, error="", next="created", source=ENTITY),
    Row(
        what="created with another status",
        status=201,
        body=DRAFT,
        error="",
        next="created",
        source="RFC 9110: 2xx",
    ),
    Row(
        what="a page",
        status=200,
        body=HTML,
        error="Uncertain",
        next="look",
        source=ERRORS + ": always JSON",
    ),
    Row(what="nothing", status=200, error="Uncertain", next="look", source=ENTITY),
    Row(what="a list", status=200, body=[], error="Uncertain", next="look", source=ENTITY),
    Row(
        what="an invoice without an id",
        status=200,
        body=DRAFT | {"id": None},
        error="Uncertain",
        next="look",
        source=ENTITY,
    ),
    Row(
        what="an amount in another format",
        status=200,
        body=DRAFT | {"amount": "10000"},
        error="Uncertain",
        next="look",
        source=ENTITY + ": integers in the smallest unit",
    ),
)

REFUSALS = (
    refused(
        "no customer",
        said("customer is required.", field="customer"),
        CREATE_ERRORS,
        "1042 is the id",
    ),
    refused(
        "an unknown customer",
        said(NO_ID, field="customer_id"),
        CREATE_ERRORS,
        "The key is a test key",
    ),
    refused(
        "an unknown id",
        said(NO_ID),
        "api/payments/invoices/fetch: also of another account",
        "1042 is the id",
    ),
    refused(
        "another currency", said("International transactions are not activated."), CREATE_ERRORS
    ),
    refused("an unknown currency", said("Currency is not supported"), "api/errors"),
    refused(
        "mixed currencies",
        said("Currency of all items should be the same as of the invoice."),
        CREATE_ERRORS,
    ),
    refused(
        "expires too soon",
        said("expire_by should be at least 15 minutes after current time"),
        CREATE_ERRORS,
    ),
    refused(
        "no lines",
        said("line_items is required", field="line_items"),
        CREATE_ERRORS,
        "field line_items",
    ),
    refused(
        "too many",
        said("The line items may not have more than 50 items.", field="line_items"),
        CREATE_ERRORS,
    ),
    refused(
        "an extra field",
        said("x is/are not required and should not be sent"),
        "razorpay-python issue 44",
    ),
    refused(
        "below a rupee", said("The amount must be at least INR 1.00", field="amount"), CREATE_ERRORS
    ),
    refused(
        "below the order's minimum", said("Order amount less than minimum amount allowed"), PUBLIC
    ),
    refused(
        "not an integer", said("The amount must be an integer.", field="amount"), CREATE_ERRORS
    ),
    refused(
        "a quantity of zero",
        said("The quantity must be at least 1.", field="quantity"),
        CREATE_ERRORS,
    ),
    refused(
        "too much",
        said("Invoice amount exceeds maximum payment amount allowed."),
        CREATE_ERRORS,
        "exceeds",
    ),
    refused("an unknown type", said("Not a valid type: bill", field="type"), CREATE_ERRORS),
    refused(
        "a wrong email",
        said("The email must be a valid email address.", field="email"),
        CREATE_ERRORS,
    ),
    refused("a wrong contact", said("Contact number contains invalid characters"), CREATE_ERRORS),
    refused("an inactive item", said("Item cannot be used as it is inactive"), CREATE_ERRORS),
    refused("a customer made twice", said("Customer already exists for the merchant"), PUBLIC),
    refused(
        "a long receipt",
        said("The receipt may not be greater than 40 characters.", field="receipt"),
        LIMITS,
    ),
    refused(
        "many notes", said("Number of fields in notes should be less than or equal to 15"), LIMITS
    ),
    refused(
        "a wrong draft",
        said("The selected draft is invalid.", field="draft"),
        PUBLIC + ": the number 1",
    ),
    refused(
        "a field that mentions keys", said("the api key field is too long", field="notes"), KEYS
    ),
    refused("a page", HTML, ERRORS, "status 400 without a reason"),
    refused(
        "an error as text",
        {"error": "bad"},
        "a public project: {error: text}",
        "without a reason",
    ),
)

ABOUT_US = tuple(
    Row(
        what=what,
        status=status,
        body=body,
        error="CredentialsRefused",
        next="operator",
        says=says,
        source=source,
    )
    for what, status, body, says, source in (
        (
            "unknown credentials",
            401,
            said("Authentication failed", **NOBODY),
            "RAZORPAY_APIKEY_ID",
            KEYS,
        ),
        ("a product that is off", 401, {"error": "Unauthorized"}, "RAZORPAY_APIKEY_ID", PUBLIC),
        (
            "a wrong key",
            400,
            said("The api key provided is invalid", **NOBODY),
            "RAZORPAY_APIKEY_SECRET",
            KEYS,
        ),
        (
            "an expired key",
            400,
            said("The API key has expired", **NOBODY),
            "RAZORPAY_APIKEY_SECRET",
            KEYS,
        ),
        ("a forbidden call", 403, said("Access denied", **NOBODY), "RAZORPAY_APIKEY_ID", KEYS),
        ("no such product", 400, said(NO_URL, **NOBODY), "Have Invoices enabled", NOT_ENABLED),
        ("no such product, in a field", 400, said(NO_URL), "Have Invoices enabled", NOT_ENABLED),
        (
            "fee bearer",
            400,
            said("Invoices disabled because fee bearer is customer."),
            "Invoices enabled",
            "api/errors",
        ),
        (
            "no route",
            404,
            {"message": "no Route matched with those values"},
            "RAZORPAY_BASE_URL",
            PUBLIC,
        ),
        ("an address that leads elsewhere", 404, HTML, "RAZORPAY_BASE_URL", "RFC 9110: 404"),
        ("an address that takes no POST", 405, "", "RAZORPAY_BASE_URL", "RFC 9110: 405"),
    )
)

WAITING = (
    Row(
        what="a firewall's page for one invoice",
        status=403,
        body=HTML,
        error="Unavailable",
        next="wait alone",
        says="Something in front of Razorpay refuses",
        source=PUBLIC + ": a CDN refuses a text that it dislikes",
    ),
    Row(
        what="throttled",
        status=429,
        body=said(SLOWER),
        error="Unavailable",
        next="all wait",
        source=THROTTLE,
    ),
    Row(
        what="throttled, with a delay",
        status=429,
        headers={"Retry-After": "7"},
        body=said(SLOWER),
        error="Unavailable",
        next="all wait",
        says="daily limit",
        source=DAILY,
    ),
    Row(
        what="throttled as a 400",
        status=400,
        body=said(SLOWER),
        error="Unavailable",
        next="all wait",
        source=DAILY,
    ),
    Row(what="down", status=503, error="Unavailable", next="all wait", source="RFC 9110: 503"),
    Row(
        what="a redirect",
        status=302,
        headers={"Location": "https://razorpay.com/"},
        error="Unavailable",
        next="all wait",
        says="RAZORPAY_BASE_URL",
        source="RFC 9110: 3xx; a POST must not become a GET",
    ),
)

UNKNOWN = tuple(
    Row(what=what, status=status, body=body, error="Unavailable", next="look", source=source)
    for what, status, body, source in (
        ("failed", 500, said(TROUBLE, code="SERVER_ERROR", **NOBODY), ERRORS),
        ("failed, as a 400", 400, said(TROUBLE, code="SERVER_ERROR", **NOBODY), ERRORS),
        (
            "out of service",
            400,
            said("Down", code="SERVICE_UNAVAILABLE"),
            "a third party's list of codes",
        ),
        ("the bank's gateway", 502, said(AT_BANK, code="GATEWAY_ERROR", **NOBODY), ERRORS),
        ("the bank's gateway, as a 400", 400, said(AT_BANK, code="GATEWAY_ERROR"), ERRORS),
        ("a gateway's page", 502, HTML, GATEWAY),
        ("a gateway that waited", 504, HTML, GATEWAY),
        ("a server that waited", 408, "", "RFC 9110: 408"),
        (
            "busy with the same thing",
            409,
            said("Request in progress"),
            "api/errors: 409 of requests in progress",
        ),
    )
)

ISSUING = (
    Row(
        what="issued",
        call="issue",
        status=200,
        body=ISSUED,
        error="",
        next="created",
        source=WRONG_STATE,
    ),
    Row(
        what="issued before",
        call="issue",
        status=400,
        body=said("Operation not allowed for Invoice in issued status."),
        error="",
        next="created",
        source=WRONG_STATE,
    ),
    Row(
        what="refused while issuing",
        call="issue",
        status=400,
        body=said("Invoice amount exceeds maximum payment amount allowed."),
        error="Rejected",
        next="file",
        says="exceeds maximum",
        source=CREATE_ERRORS,
    ),
    Row(
        what="issued, but not shown as issued",
        call="issue",
        status=200,
        body=DRAFT,
        error="Uncertain",
        next="look",
        source=ENTITY,
    ),
    Row(
        what="lost while issuing",
        call="issue",
        status=504,
        error="Unavailable",
        next="look",
        source=GATEWAY,
    ),
    Row(
        what="throttled while issuing",
        call="issue",
        status=429,
        body=said(SLOWER),
        error="Unavailable",
        next="all wait",
        source=THROTTLE,
    ),
    Row(
        what="a firewall while issuing",
        call="issue",
        status=403,
        body=HTML,
        error="Unavailable",
        next="look",
        source=PUBLIC + ": a CDN refuses",
    ),
)

LOOKING = (
    Row(
        what="no page of a list",
        call="look",
        status=200,
        body={},
        error="Unavailable",
        next="unreadable",
        source=ENTITY,
    ),
    Row(
        what="a page for a list",
        call="look",
        status=200,
        body=HTML,
        error="Unavailable",
        next="unreadable",
        source=ENTITY,
    ),
    Row(
        what="ours, unreadable",
        call="look",
        status=200,
        body={"items": [DRAFT | {"currency": None}]},
        error="Unavailable",
        next="unreadable",
        source=ENTITY,
    ),
    Row(
        what="cancelled by a person",
        call="look",
        status=200,
        body={"items": [ISSUED | {"status": "cancelled"}]},
        error="Rejected",
        next="file",
        says="was voided or cancelled",
        source="api/payments/invoices/fetch-all: the sample shows cancelled ones",
    ),
    Row(
        what="expired",
        call="look",
        status=200,
        body={"items": [ISSUED | {"status": "expired"}]},
        error="",
        next="created",
        source=(
            "api/payments/invoices/entity: expired = the link takes no payment; nobody cancelled it"
        ),
    ),
    Row(
        what="of another customer",
        call="look",
        status=200,
        body={"items": [ISSUED | {"customer_id": "cust_other"}]},
        error="Rejected",
        next="file",
        says="its customer is cust_other instead of 1042",
        source=ENTITY,
    ),
    Row(
        what="a person's draft",
        call="look",
        status=200,
        body={"items": [DRAFT | {"description": "by hand"}]},
        error="Rejected",
        next="file",
        says="the connector did not create it",
        source="api/payments/invoices/fetch-all: the sample shows drafts",
    ),
    Row(
        what="a refused filter",
        call="look",
        status=400,
        body=said("The receipt is invalid.", field="receipt"),
        error="Unavailable",
        next="unreadable",
        source=ERRORS,
    ),
    Row(
        what="no such product at a look",
        call="look",
        status=400,
        body=said(NO_URL),
        error="CredentialsRefused",
        next="operator",
        source=NOT_ENABLED,
    ),
    Row(
        what="a firewall at a look",
        call="look",
        status=403,
        body=HTML,
        error="Unavailable",
        next="unreadable",
        source=PUBLIC + ": a CDN refuses",
    ),
    Row(
        what="a wrong key at a look",
        call="look",
        status=401,
        error="CredentialsRefused",
        next="operator",
        source=KEYS,
    ),
    Row(
        what="throttled at a look",
        call="look",
        status=429,
        body=said(SLOWER),
        error="Unavailable",
        next="all wait",
        source=THROTTLE,
    ),
)

READING = (
    Row(
        what="an id that does not exist",
        call="read",
        status=400,
        body=said(NO_ID),
        error="",
        next="not there",
        source="api/payments/invoices/fetch: 400, not 404",
    ),
    Row(
        what="a read that is refused",
        call="read",
        status=400,
        body=said("Not today."),
        error="Unavailable",
        next="unreadable",
        source=ERRORS,
    ),
    Row(
        what="a page for a read",
        call="read",
        status=200,
        body=HTML,
        error="Unavailable",
        next="unreadable",
        source=ENTITY,
    ),
)

ROWS = (*SUCCESSES, *REFUSALS, *ABOUT_US, *WAITING, *UNKNOWN, *ISSUING, *LOOKING, *READING)
