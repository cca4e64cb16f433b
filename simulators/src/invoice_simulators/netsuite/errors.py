"""Error bodies of SuiteTalk REST: ``type``, ``title``, ``status``, ``o:errorDetails``. Pure.

Form and samples: NetSuite help, section 156570709583. The codes of a 429, a wrong method and an
unknown address are not documented for REST; these are reported by third parties, or the nearest.
"""

import re

from invoice_simulators.wire import ApiError, Json

CONTENT_TYPE = "application/vnd.oracle.resource+json; type=error; charset=UTF-8"

# RFC URL and title by status; others are as 500.
TITLES = {
    400: ("https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1", "Bad Request"),
    401: ("https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.2", "Unauthorized"),
    403: ("https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.4", "Forbidden"),
    404: ("https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5", "Not Found"),
    405: ("https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.6", "Method Not Allowed"),
    429: ("https://www.rfc-editor.org/rfc/rfc6585.html#section-4", "Too Many Requests"),
    500: ("https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.1", "Internal Server Error"),
    503: ("https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.4", "Service Unavailable"),
}

LOGIN_REFUSED = (
    "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
    "Setup > Users/Roles > User Management > View Login Audit Trail."
)
# Detail and code by status, for refusals that are not about a field.
GENERAL = {
    401: (LOGIN_REFUSED, "INVALID_LOGIN"),
    404: (
        "The record instance does not exist. Provide a valid record instance ID.",
        "NONEXISTENT_ID",
    ),
    429: ("Concurrent request limit exceeded. Request blocked.", "CONCURRENCY_LIMIT_EXCEEDED"),
}

UNEXPECTED = ("An unexpected error occurred. Error ID: simulated", "UNEXPECTED_ERROR")


def refusal(status: int, detail: str, code: str, path: str | None = None) -> ApiError:
    """Build a refusal with one error detail."""
    kind, title = TITLES.get(status, TITLES[500])
    described: Json = {"detail": detail, "o:errorCode": code}
    if path is not None:
        described["o:errorPath"] = path
    body = {"type": kind, "title": title, "status": status, "o:errorDetails": [described]}
    return ApiError(status, body, content_type=CONTENT_TYPE)


def general(status: int) -> ApiError:
    """Build a refusal that is not about a field of the request."""
    return refusal(status, *GENERAL.get(status, UNEXPECTED))


def user_error(detail: str, path: str | None = None) -> ApiError:
    """Build the refusal of a business rule: the code is ``USER_ERROR`` for nearly all of them."""
    return refusal(400, f"Error while accessing a resource. {detail}", "USER_ERROR", path)


def invalid_content(detail: str, path: str) -> ApiError:
    """Build the refusal of a body that does not fit the record, or has an unknown reference."""
    return refusal(400, detail, "INVALID_CONTENT", path)


def invalid_reference(value: object, field: str, path: str) -> ApiError:
    """Build the refusal of a reference to a record that does not exist."""
    detail = f"You have entered an Invalid Field Value {value} for the following field: {field}."
    return invalid_content(f"Error while accessing a resource. {detail}", path)


def forbidden(record_type: str) -> ApiError:
    """Build the refusal of a record type that the role may not use."""
    name = {"creditMemo": "Credit Memo"}.get(record_type, record_type.capitalize())
    detail = (
        f"Permission Violation: You need the 'Transactions -> {name}' permission to access this"
        " page."
    )
    return refusal(
        403, f"{detail} Please contact your account administrator.", "INSUFFICIENT_PERMISSION"
    )


def wrong_parameter(detail: str) -> ApiError:
    """Build the refusal of a query: of SuiteQL, or of a list."""
    return refusal(
        400,
        f"Invalid search query. Detailed unprocessed description follows. {detail}",
        "INVALID_PARAMETER",
    )


def not_served(method: str, path: str) -> ApiError:
    """Build the refusal of an unknown record type, address or method."""
    record = re.match(r"/services/rest/record/v1/([^/]+)", path)
    if record is None:
        return refusal(404, f"The URL {path} does not exist.", "INVALID_URL")
    if record[1] in ("invoice", "creditMemo"):
        return refusal(
            405, f"The method {method} is not allowed for this URL.", "METHOD_NOT_ALLOWED"
        )
    return refusal(404, f"Record type '{record[1]}' does not exist.", "NONEXISTENT_ID")
