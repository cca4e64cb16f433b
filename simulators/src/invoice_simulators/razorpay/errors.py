"""Razorpay's ``error{code, description, field?, source, step, reason, metadata}``.

Pure.
"""

from invoice_simulators.wire import ApiError, Json

WORDS = {
    401: ("BAD_REQUEST_ERROR", "Authentication failed"),
    429: ("BAD_REQUEST_ERROR", "Request failed. Please try after sometime."),
    502: ("GATEWAY_ERROR", "Payment processing failed due to error at bank or wallet gateway"),
}
SERVER_ERROR = (
    "SERVER_ERROR",
    "We are facing some trouble completing your request at the moment. Please try again shortly.",
)


def _error(status: int, code: str, description: str, field: str | None, reason: str) -> ApiError:
    error: Json = {
        "code": code,
        "description": description,
        "source": "business" if status == 400 else "NA",
        "step": "payment_initiation" if status == 400 else "NA",
        "reason": reason,
        "metadata": {},
    }
    return ApiError(status, {"error": error | ({"field": field} if field else {})})


def bad_request(description: str, field: str | None = None) -> ApiError:
    """Build the refusal of an input."""
    return _error(400, "BAD_REQUEST_ERROR", description, field, "input_validation_failed")


def not_allowed(status: str) -> ApiError:
    """Build the refusal of an operation in this status."""
    return bad_request(f"Operation not allowed for Invoice in {status} status.")


def not_wanted(names: list[str]) -> ApiError:
    """Build the refusal of fields that must not be sent."""
    return bad_request(f"{', '.join(names)} is/are not required and should not be sent")


def no_such_id(field: str | None = None) -> ApiError:
    """Build the refusal of an unknown id: status 400, never 404."""
    return bad_request("The id provided does not exist", field)


def no_such_url() -> ApiError:
    """Build the refusal of a path that is not served, or of a product that the account lacks."""
    return bad_request("The requested URL was not found on the server.")


def general(status: int) -> ApiError:
    """Build a refusal that is not about the input."""
    code, description = WORDS.get(status, SERVER_ERROR)
    return _error(status, code, description, None, "NA")
