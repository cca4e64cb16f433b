"""Error bodies of Razorpay: ``error{code, description, field, source, step, reason, metadata}``. Pure."""

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


def general(status: int) -> ApiError:
    """Build a refusal that is about no input."""
    code, description = WORDS.get(status, SERVER_ERROR)
    return _error(status, code, description, None, "NA")
