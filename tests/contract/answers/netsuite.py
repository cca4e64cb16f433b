"""NetSuite's answers, and what follows from each."""

from typing import Any

from tests.contract.answers.row import Row

LOGIN = "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI."
VIOLATION = (
    "Permission Violation: You need the 'Transactions -> Invoice' permission to access this page."
)
NO_RECORD = "The record instance does not exist. Provide a valid record instance ID."
HELP_ERRORS = (
    "o:errorDetails[] with detail, o:errorCode, o:errorPath (NetSuite help, section 156570709583)"
)
PASSING = "public threads of NetSuite's client libraries: it passed when it was sent again"
HTML = "<html><body>Request blocked</body></html>"


def said(
    detail: str = "", code: str = "", path: str | None = None, *, title: str = "Bad Request"
) -> Any:
    """Return the body of an error."""
    described = {"detail": detail, "o:errorCode": code} | ({"o:errorPath": path} if path else {})
    return {
        "type": "https://www.rfc-editor.org/rfc/rfc9110.html",
        "title": title,
        "o:errorDetails": [described],
    }


ROWS = (
    Row(
        what="created",
        status=204,
        headers={"Location": "https://x/services/rest/record/v1/invoice/77"},
        error="",
        next="created",
        source="Success: 204, empty body, URL of the record in Location (section 1545141395)",
    ),
    Row(
        what="created, but not named",
        status=204,
        error="Uncertain",
        next="look",
        source="internal id is the last path segment of Location (section 1545141395)",
    ),
    Row(
        what="asynchronous without a request",
        status=202,
        headers={"Preference-Applied": "respond-async"},
        error="Uncertain",
        next="look",
        source="Prefer: respond-async -> 202 and the Location of a job (subsect 161278579295)",
    ),
    Row(
        what="a page instead of an answer",
        status=200,
        body=HTML,
        error="Uncertain",
        next="look",
        source="Success is 204 (section 1545141395): anything else is unknown",
    ),
    Row(
        what="a taken external id",
        status=400,
        body=said("Error while accessing a resource. This record already exists.", "USER_ERROR"),
        error="",
        next="look",
        source=(
            "Duplicate external id on POST: 400, USER_ERROR, 'already exists' (three public"
            " projects)"
        ),
    ),
    Row(
        what="a taken external id, of an entity",
        status=400,
        body=said("This entity already exists.", "USER_ERROR"),
        error="",
        next="look",
        source="detail ending 'This entity already exists.' (live observation)",
    ),
    Row(
        what="a taken external id by its code",
        status=400,
        body=said("Doublon.", "DUP_RCRD"),
        error="",
        next="look",
        source="the SOAP code is DUP_RCRD (cdata help); wording follows the user's language",
    ),
    Row(
        what="a taken external id by its path",
        status=400,
        body=said("Non.", "USER_ERROR", "externalId"),
        error="",
        next="look",
        source=HELP_ERRORS,
    ),
    Row(
        what="a taken external id in another language: looked at once, then believed",
        status=400,
        body=said("Cet enregistrement existe déjà.", "USER_ERROR"),
        error="Rejected",
        next="file",
        source="Wording follows the user's language",
    ),
    Row(
        what="an invalid reference",
        status=400,
        body=said(
            "Invalid Field Value 501 for the following field: item",
            "INVALID_CONTENT",
            "item.items[0].item",
        ),
        error="Rejected",
        next="file",
        says='Item 501 is the item of "API calls"',
        source="400 INVALID_CONTENT for an invalid reference (section 156570709583)",
    ),
    Row(
        what="an invalid customer",
        status=400,
        body=said(
            "Invalid Field Value 1042 for the following field: entity", "INVALID_CONTENT", "entity"
        ),
        error="Rejected",
        next="file",
        says="1042 is the id of the customer",
        source="400 INVALID_CONTENT for an invalid reference (section 156570709583)",
    ),
    Row(
        what="an unknown property",
        status=400,
        body=said(
            "Unknown reference or field custbody_x in record invoice.",
            "INVALID_CONTENT",
            "custbody_x",
        ),
        error="Rejected",
        next="file",
        says="custbody_x",
        source="with PropertyNameValidation Error, an unknown field name is refused",
    ),
    Row(
        what="a total below zero",
        status=400,
        body=said("The total can not be negative", "USER_ERROR"),
        error="Rejected",
        next="file",
        source="'The total can not be negative' (getlago/lago-api PR 4996)",
    ),
    Row(
        what="no lines",
        status=400,
        body=said(
            "You must enter at least one line item for this transaction.", "USER_ERROR", "item"
        ),
        error="Rejected",
        next="file",
        source="Zero line items is refused (getlago/lago-api PR 2656)",
    ),
    Row(
        what="a closed period",
        status=400,
        body=said(
            "The transaction date you specified is not within an open accounting period.",
            "USER_ERROR",
        ),
        error="Rejected",
        next="file",
        says="open accounting period",
        source="Closed accounting period comes back as 400 USER_ERROR",
    ),
    Row(
        what="an inactive item",
        status=400,
        body=said("The item 501 is inactive.", "USER_ERROR", "item.items[0].item"),
        error="Rejected",
        next="file",
        says="correct the item id of product",
        source="inactive customer or item come back as 400 USER_ERROR",
    ),
    Row(
        what="a mandatory field of the form",
        status=400,
        body=said("Please enter value(s) for: Location", "USER_ERROR", "location"),
        error="Rejected",
        next="file",
        says="(field location)",
        source="Account forms decide what is mandatory; a refused value gives 400 with the path",
    ),
    Row(
        what="a text too long",
        status=400,
        body=said(
            "The field memo contained more than the maximum number ( 999 ) of characters allowed.",
            "USER_ERROR",
        ),
        error="Rejected",
        next="file",
        source="Too long a text is refused, not cut (getlago/lago-api PR 3649)",
    ),
    Row(
        what="a text too long by its code",
        status=400,
        body=said("Too long", "EXCEEDED_MAX_FIELD_LENGTH", "memo"),
        error="Rejected",
        next="file",
        source="400 USER_ERROR or EXCEEDED_MAX_FIELD_LENGTH (public projects)",
    ),
    Row(
        what="a title alone",
        status=400,
        body={"title": "Invalid field value", "status": 400},
        error="Rejected",
        next="file",
        says="Invalid field value (status 400)",
        source="Body: type, title, status, o:errorDetails[] (section 156570709583)",
    ),
    Row(
        what="a field that the role may not set",
        status=400,
        body=said(
            "You do not have permissions to set a value for element department",
            "INSUFFICIENT_PERMISSION",
            "dep",
        ),
        error="Rejected",
        next="file",
        source="a refused value gives 400 with the path",
    ),
    Row(
        what="a record that somebody is changing",
        status=400,
        body=said("Record has been changed", "RCRD_HAS_BEEN_CHANGED"),
        error="Unavailable",
        next="wait alone",
        source=f"NetSweet/netsuite 290; {PASSING}",
    ),
    Row(
        what="an unexpected error with 400",
        status=400,
        body=said("An unexpected error occurred. Error ID: abc123", "UNEXPECTED_ERROR"),
        error="Unavailable",
        next="look",
        source=f"NetSweet/netsuite 410; {PASSING}",
    ),
    Row(
        what="a script that exceeds its time",
        status=400,
        body=said("Script Execution Time Exceeded.", "SSS_TIME_LIMIT_EXCEEDED"),
        error="Unavailable",
        next="look",
        source="a user event script that runs after the save leaves the document",
    ),
    Row(
        what="a script that exceeds its units",
        status=400,
        body=said(
            "Error while accessing a resource. Script Execution Usage Limit Exceeded", "USER_ERROR"
        ),
        error="Unavailable",
        next="look",
        source="USER_ERROR is the code for most refusals, of scripts too",
    ),
    Row(
        what="the account's limit, as from a RESTlet",
        status=400,
        body=said("Request limit exceeded", "SSS_REQUEST_LIMIT_EXCEEDED"),
        error="Unavailable",
        next="all wait",
        source="HTTP 400 SSS_REQUEST_LIMIT_EXCEEDED (help, bridgehead 1525252812)",
    ),
    Row(
        what="the account's limit, as from SOAP",
        status=400,
        body=said("Blocked", "WS_REQUEST_BLOCKED"),
        error="Unavailable",
        next="all wait",
        source="SOAP faults WS_REQUEST_BLOCKED (help, bridgehead 1525252812)",
    ),
    Row(
        what="the account's limit",
        status=429,
        body=said("Concurrent request limit exceeded.", "CONCURRENCY_LIMIT_EXCEEDED"),
        error="Unavailable",
        next="all wait",
        source="REST is said to answer 429 (katoomi.com, houseblend.io)",
    ),
    Row(
        what="the account's limit, with a delay",
        status=429,
        headers={"Retry-After": "7"},
        error="Unavailable",
        next="all wait",
        source="No Retry-After documented: honoured all the same",
    ),
    Row(
        what="a delay beyond the calendar",
        status=429,
        headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2300"},
        error="Unavailable",
        next="all wait",
        source="RFC 9110, section 10.2.3: a date",
    ),
    Row(
        what="a login that is refused for good",
        status=401,
        body=said(LOGIN, "INVALID_LOGIN", title="Unauthorized"),
        error="CredentialsRefused",
        next="operator",
        says="NS_CONSUMER_*",
        source=(
            "401 INVALID_LOGIN; retry a 401 a few times before calling credentials bad (section 5)"
        ),
    ),
    Row(
        what="a login with a wrong clock",
        status=401,
        headers={"Date": "Sun, 01 Mar 2026 12:20:06 GMT"},
        body=said(LOGIN, "INVALID_LOGIN", title="Unauthorized"),
        error="CredentialsRefused",
        next="operator",
        says="This machine's clock is 20 minutes behind",
        source="Clock skew tolerance about 5 minutes",
    ),
    Row(
        what="no permission for anything",
        status=403,
        body=said(VIOLATION, "INSUFFICIENT_PERMISSION", title="Forbidden"),
        error="CredentialsRefused",
        next="operator",
        says="Transactions -> Invoice",
        source=(
            "A missing record permission is INSUFFICIENT_PERMISSION; HTTP 403, one per record type"
        ),
    ),
    Row(
        what="a role without REST",
        status=400,
        body=said(
            "Your current role does not have permission to perform this action.", "USER_ERROR"
        ),
        error="CredentialsRefused",
        next="operator",
        source="A role without REST was seen to answer 400 USER_ERROR (improvado docs)",
    ),
    Row(
        what="a page with 403",
        status=403,
        body=HTML,
        error="CredentialsRefused",
        next="operator",
        source=(
            "a 403 can be of something in front, for all or for one invoice: the comparison tells"
        ),
    ),
    Row(
        what="another data centre's account",
        status=404,
        body=said("Record type 'invoice' does not exist.", "NONEXISTENT_ID", title="Not Found"),
        error="CredentialsRefused",
        next="operator",
        says="NS_BASE_URL",
        source="Base https://<account>.suitetalk.api.netsuite.com/services/rest",
    ),
    Row(
        what="an unknown method",
        status=405,
        error="CredentialsRefused",
        next="operator",
        source="Create: POST /record/v1/invoice: elsewhere it is not allowed",
    ),
    Row(
        what="a redirect",
        status=302,
        headers={"Location": "http://[x/invoice/1"},
        error="Unavailable",
        next="all wait",
        says="not followed",
        source="a signature holds for one URL (RFC 5849)",
    ),
    Row(
        what="the server waited too long",
        status=408,
        error="Unavailable",
        next="look",
        source="a request running over 15 minutes is timed out by the server (subsect 1559222360)",
    ),
    Row(
        what="an internal error",
        status=500,
        body=said(
            "An unexpected error occurred. Error ID: abc",
            "UNEXPECTED_ERROR",
            title="Internal Server Error",
        ),
        error="Unavailable",
        next="look",
        source="5xx: retry; a time-out of a long invoice is unknown, never failed",
    ),
    Row(
        what="a gateway's page",
        status=502,
        body=HTML,
        error="Unavailable",
        next="look",
        source="a gateway's 502 says nothing about what is behind it",
    ),
    Row(
        what="down",
        status=503,
        error="Unavailable",
        next="all wait",
        source="5xx and 503: retry",
    ),
    Row(
        what="a gateway's time-out",
        status=504,
        error="Unavailable",
        next="look",
        source=(
            "A timeout followed by a re-POST has produced duplicates in a competitor (lago-api PR"
            " 5482)"
        ),
    ),
    Row(
        what="an idempotency key in conflict",
        status=409,
        body=said("Conflict", "IDEMPOTENCY_ERROR", title="Conflict"),
        error="Rejected",
        next="file",
        source=(
            "IDEMPOTENCY_ERROR is of asynchronous requests (subsect 164494900632), which we never"
            " send"
        ),
    ),
    Row(
        what="a look that finds nothing, then the document is created",
        status=404,
        call="look",
        body=said(NO_RECORD, "NONEXISTENT_ID", title="Not Found"),
        error="",
        next="created",
        source="Missing record: 404, NONEXISTENT_ID (live test; fixture of a public adapter)",
    ),
    Row(
        what="a look at another kind of record",
        status=400,
        call="look",
        body=said(
            "Error while accessing a resource. Transaction type specified is incorrect.",
            "USER_ERROR",
        ),
        error="Unavailable",
        next="unreadable",
        source="read any 400 as 'unknown' (section 7)",
    ),
    Row(
        what="a look that is not allowed",
        status=403,
        call="look",
        body=said(VIOLATION, "INSUFFICIENT_PERMISSION", title="Forbidden"),
        error="CredentialsRefused",
        next="operator",
        source=(
            "test both look-ups at start, and stop the destination on a permission answer"
            " (section 9)"
        ),
    ),
    Row(
        what="a look at a page",
        status=200,
        call="look",
        body=HTML,
        error="Unavailable",
        next="unreadable",
        source="A safe program reads only 404 with NONEXISTENT_ID as 'not there'",
    ),
    Row(
        what="a look at an unknown address",
        status=404,
        call="look",
        body=HTML,
        error="Unavailable",
        next="unreadable",
        source="A safe program reads only 404 with NONEXISTENT_ID as 'not there'",
    ),
    Row(
        what="a look that finds another total",
        status=200,
        call="look",
        body={"id": "77", "externalId": "5B8D9C3E-3B1F-4C52-9A5E-0F6C1D2E3A4B", "total": 115.0},
        error="Rejected",
        next="file",
        says="its total is 115.0 instead of 100.00",
        source=(
            "It does not depend on letter case (section N3432681); compare total after the create"
        ),
    ),
    Row(
        what="a read of a missing document",
        status=404,
        call="read",
        body=said(NO_RECORD, "NONEXISTENT_ID", title="Not Found"),
        error="",
        next="not there",
        source="Afterwards a GET should give 404",
    ),
    Row(
        what="a read of another type",
        status=400,
        call="read",
        body=said(
            "Error while accessing a resource. Transaction type specified is incorrect.",
            "USER_ERROR",
        ),
        error="Unavailable",
        next="unreadable",
        source=(
            "a transaction that is missing or of another type was seen to answer 400 (sandbox"
            " report, 2026-03)"
        ),
    ),
)
