"""NetSuite's REST records: POST to create, GET to look up and to read; SuiteQL for lists.

Never PUT, which overwrites people's edits.
"""

from collections.abc import Collection, Mapping
from urllib.parse import quote, urlsplit

from invoice_providers.base import Begun, Created, Found, Presence, Thing
from invoice_providers.http import Authenticate, Http
from invoice_providers.netsuite.errors import create_error, lookup_error, says_not_there
from invoice_providers.netsuite.login import LoginPatience
from invoice_providers.netsuite.payload import Options, RecordType, build_body, record_type
from invoice_providers.netsuite.permission import PermissionPatience
from invoice_providers.netsuite.presence import any_one, asked_for, by_ids, read_rows
from invoice_providers.netsuite.responses import named, read_record
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from invoice_shared.invoice import DocumentType, FormattedInvoice
from invoice_shared.outgoing.outgoing import Reach

RECORDS = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"
ASKING = {"Accept": "application/json", "Accept-Language": "en"}
SENDING = {
    **ASKING,
    "Content-Type": "application/json",
    # Otherwise NetSuite silently ignores a misspelled custom field.
    "X-NetSuite-PropertyNameValidation": "Error",
}
QUERYING = {**ASKING, "Content-Type": "application/json", "Prefer": "transient"}


class NetSuite:
    """See ``BillingProvider``.

    ``authenticate`` is asked again after a refusal, so a rotation needs no restart.
    """

    name = "netsuite"

    def __init__(
        self,
        base_url: str,
        authenticate: Authenticate,
        options: Options,
        *,
        clock: Clock,
        reach: Reach,
    ) -> None:
        self._records = base_url.rstrip("/") + RECORDS
        self._suiteql = base_url.rstrip("/") + SUITEQL
        self._options = options
        self._clock = clock
        self._patience = LoginPatience(clock)
        self._permission = PermissionPatience(clock)
        self._http = Http("NetSuite", authenticate, reach)

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """GET the record by its external id, which is unique."""
        key = f"eid:{quote(document.invoice_id, safe='')}"
        found = self._get(key, document.document_type, document.invoice_id)
        return () if found is None else (found,)

    def create(
        self,
        document: FormattedInvoice,
        *,
        generation: str = "",  # noqa: ARG002 - no request ids
        begun: Begun | None = None,  # noqa: ARG002 - no drafts
    ) -> Created:
        """POST the record; its external id is the invoice id, which NetSuite accepts once."""
        body = serde.encode(build_body(document, self._options))
        answer = self._http.post(
            f"{self._records}/{record_type(document.document_type)}", body, SENDING
        )
        document_id = (
            _document_id(answer, record_type(document.document_type)) if answer.is_success else None
        )
        if document_id is None:
            raise self._judge_create(create_error(answer, self._clock.now(), document), document)
        self._patience.accepted()
        self._permission.accepted(document.invoice_id)
        return Created(document_id)

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        """GET the record by its internal id."""
        return self._get(quote(document_id, safe=""), document_type, invoice_id)

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        """Query them, and any other one if none of them shows."""
        asked = asked_for(ids)
        shown = self._rows(by_ids(thing, asked)) if asked else {}
        sees_any = bool(shown) or not asked or bool(self._rows(any_one(thing)))
        denied = [each for each in ids if sees_any or each not in asked]
        missing: dict[str, Presence] = dict.fromkeys(denied, "missing")
        return missing | shown

    def _rows(self, body: bytes) -> dict[str, Presence]:
        try:
            answer = self._http.post(self._suiteql, body, QUERYING)
        except Uncertain as error:  # a question changes nothing
            raise Unavailable(error.reason) from error
        rows = read_rows(answer.json()) if answer.is_success else None
        if rows is None:
            raise self._judge(lookup_error(answer, self._clock.now()))
        self._patience.accepted()
        return rows

    def _get(self, key: str, document_type: DocumentType, invoice_id: str) -> Found | None:
        answer = self._http.get(f"{self._records}/{record_type(document_type)}/{key}", ASKING)
        found = (
            read_record(answer.json(), document_type, self._options) if answer.is_success else None
        )
        if found is None and not says_not_there(answer):
            raise self._judge(lookup_error(answer, self._clock.now()))
        self._patience.accepted()
        return named(found, invoice_id) if found is not None else None

    def _judge_create(self, error: CallFailed, document: FormattedInvoice) -> CallFailed:
        judged = self._judge(error)
        if isinstance(judged, Rejected | AlreadyExists):
            self._permission.accepted(document.invoice_id)
        if not isinstance(judged, CredentialsRefused) or is_login(judged):
            return judged
        is_one_kind = self._permission.judge(document.invoice_id)
        if is_one_kind is None:
            return Unavailable(
                judged.reason, refused=True, about="settings", response=judged.response
            )
        return (
            Rejected("provider-rejected", judged.reason, response=judged.response)
            if is_one_kind
            else judged
        )

    def _judge(self, error: CallFailed) -> CallFailed:
        if not isinstance(error, CredentialsRefused):
            if not isinstance(error, Unavailable):
                self._patience.accepted()
            return error
        self._http.renew_credentials()
        if is_login(error) and not self._patience.is_used_up():
            return Unavailable(error.reason, outage=True, response=error.response)
        return error


def is_login(error: CredentialsRefused) -> bool:
    """Whether NetSuite refuses the login itself; otherwise a permission is missing."""
    return error.response is not None and error.response.status == 401


def _document_id(answer: Answer, kind: RecordType) -> str | None:
    """Return the id in ``Location`` for a record of that type; ``None`` if there is none."""
    try:
        path = urlsplit(answer.headers.get("Location", "")).path
    except ValueError:
        return None
    *_, last_but_one, last = ["", "", *path.rstrip("/").split("/")]
    return last if last and last_but_one.lower() == kind.lower() else None
