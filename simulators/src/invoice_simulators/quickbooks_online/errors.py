"""Fault bodies of the Accounting API, by code. Pure.

The service's faults have capitalized keys and status 400; Intuit's gateway uses lower case.
"""

from datetime import UTC, datetime
from uuid import uuid4

from invoice_simulators.wire import ApiError, Json

MESSAGES = {
    "500": "Unsupported Operation",
    "610": "Object Not Found",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2050": "String length is either shorter or longer than supported by specification",
    "2090": "Invalid Number",
    "2140": "Invalid amount",
    "2500": "Invalid Reference Id",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "6000": "A business validation error has occurred while processing your request",
    "6070": "Amount calculation incorrect in the request.",
    "6140": "Duplicate Document Number Error",
    "6210": "Account Period Closed, Cannot Update Through Services",
    "10000": "An application error has occurred while processing your request",
}
FRENCH = {
    "610": "Objet introuvable",
    "2500": "ID de référence non valide",
    "6000": "Une erreur de validation métier s'est produite pendant le traitement de votre requête",
    "6070": "Calcul du montant incorrect dans la requête.",
    "6140": "Erreur de numéro de document en double",
    "6210": "Exercice comptable clôturé",
}
GATEWAY = {
    401: (
        "3200",
        "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        "AUTHENTICATION",
    ),
    403: (
        "3100",
        "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        "AUTHORIZATION",
    ),
    429: ("3001", "message=ThrottleExceeded; errorCode=003001; statusCode=429", "THROTTLE"),
}


def time_text(moment: float) -> str:
    """Return Unix seconds in the service's format."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def now_text() -> str:
    """Return the present time, as in every body."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def tid() -> dict[str, str]:
    """Return the header that identifies a call for Intuit's support."""
    return {"intuit_tid": f"1-{uuid4().hex}"}


def fault(
    code: str, detail: str, *, element: str | None = None, language: str = "en", status: int = 400
) -> ApiError:
    """Build a fault of the service."""
    message = FRENCH.get(code, MESSAGES[code]) if language == "fr" else MESSAGES[code]
    error: Json = {"Message": message, "Detail": f"{message} : {detail}", "code": code}
    if element is not None:
        error["element"] = element
    kind = "ValidationFault" if status == 400 else "SystemFault"
    body = {"Fault": {"Error": [error], "type": kind}, "time": now_text()}
    return ApiError(status, body, headers=tid())


def gateway(status: int) -> ApiError:
    """Build a refusal of the gateway: 401, 403, 429; others are the service's failures."""
    if status not in GATEWAY:
        return fault("10000", "System Failure Error", status=status)
    code, message, kind = GATEWAY[status]
    error = {
        "message": message,
        "detail": message.split(";")[0].removeprefix("message="),
        "code": code,
    }
    body = {"warnings": None, "fault": {"error": [error], "type": kind}, "time": now_text()}
    return ApiError(status, body, headers=tid())


def token_error(status: int, error: str, description: str) -> ApiError:
    """Build a refusal of the token endpoint, in OAuth's form."""
    return ApiError(status, {"error": error, "error_description": description}, headers=tid())
