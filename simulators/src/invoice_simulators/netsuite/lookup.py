"""Read-only handlers: one record, a list with ``q``, SuiteQL."""

import re
from collections.abc import Callable, Sequence
from typing import cast
from urllib.parse import unquote

from yarl import URL

from invoice_simulators.netsuite.account import Account
from invoice_simulators.netsuite.entries import entries
from invoice_simulators.netsuite.errors import general, invalid_content, user_error, wrong_parameter
from invoice_simulators.netsuite.records import Transaction
from invoice_simulators.netsuite.schema import RecordType
from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.netsuite.show import show, show_page
from invoice_simulators.netsuite.store import TransactionStore
from invoice_simulators.netsuite.suiteql import parse_suiteql
from invoice_simulators.wire import Call, Json, Reply, loads, reply

RECORDS = "/services/rest/record/v1"
RESOURCE = "application/vnd.oracle.resource+json; type={}; charset=UTF-8"
WRONG_TYPE = "Transaction type specified is incorrect."
MAX_PAGE = 1000
FILTER = re.compile(
    r'\s*(externalId|tranId|memo)\s+(IS|CONTAIN|START_WITH)\s+"([^"]*)"\s*', re.IGNORECASE
)
FILTERS: dict[str, Callable[[Transaction], str]] = {
    "externalid": lambda stored: stored.external_id or "",
    "tranid": lambda stored: stored.number,
    "memo": lambda stored: str(stored.body.get("memo") or ""),
}
TESTS: dict[str, Callable[[str, str], bool]] = {
    "IS": lambda value, wanted: value == wanted,
    "CONTAIN": lambda value, wanted: wanted in value,
    "START_WITH": lambda value, wanted: value.startswith(wanted),
}


class LookUp:
    """Reads by internal id see the present state; other look-ups see the replica."""

    def __init__(
        self, store: TransactionStore, account: Account, settings: Callable[[], NetSuiteSettings]
    ) -> None:
        self._store = store
        self._account = account
        self._settings = settings

    def get(self, call: Call) -> Reply:
        """Answer a record by internal id or ``eid:``."""
        record_type = type_of(call)
        self._account.check_permission(record_type)
        shown = show(
            self.seen(record_type, call.parts["key"]),
            base_url(call.url),
            call.query.get("fields"),
            expand=call.query.get("expandSubResources") == "true",
            status_ids=self._settings().status_ids,
        )
        return reply(shown, content_type=RESOURCE.format("singular"))

    def list_records(self, call: Call) -> Reply:
        """Answer a page of a record type, filtered by ``q``."""
        record_type = type_of(call)
        self._account.check_permission(record_type)
        matches = _filter(call.query.get("q"))
        found = [
            each
            for each in self._store.replica.values()
            if each.record_type == record_type and matches(each)
        ]
        limit, offset = _page(call)
        shown = show_page(found, str(call.url), base_url(call.url), limit, offset)
        return reply(shown, content_type=RESOURCE.format("collection"))

    def suiteql(self, call: Call) -> Reply:
        """Answer a query; records that the role may not use are silently omitted."""
        if call.headers.get("Prefer", "").lower() != "transient":
            raise user_error("Missing or invalid Prefer header: use Prefer: transient.")
        body = parse_object(call.body)
        if not isinstance(body.get("q"), str):
            raise invalid_content("Invalid content in the request body. The query is missing.", "q")
        forbidden = self._settings().forbidden_record_types
        allowed = (
            each for each in self._store.replica.values() if each.record_type not in forbidden
        )
        listed = entries(body["q"], self._settings())
        rows = parse_suiteql(body["q"]).rows(allowed) if listed is None else listed
        limit, offset = _page(call)
        return reply(
            _rows_page(rows, str(call.url), limit, offset),
            content_type=RESOURCE.format("collection"),
        )

    def seen(self, record_type: RecordType, key: str) -> Transaction:
        """Find as a GET does. Raises ``ApiError``."""
        if not key.startswith("eid:"):
            return self.held(record_type, key)
        found = self._store.replica.find(key.removeprefix("eid:").lower())
        if not found:
            raise general(404)
        return self._of_type(record_type, found[0], status=self._settings().eid_of_other_type)

    def held(self, record_type: RecordType, key: str) -> Transaction:
        """Find an existing record by internal id or ``eid:``. Raises ``ApiError``."""
        internal_id = (
            self._store.holder_of(key.removeprefix("eid:")) if key.startswith("eid:") else key
        )
        stored = self._store.get(internal_id or "")
        if stored is None:
            raise general(404)
        return self._of_type(record_type, stored, status=400)

    @staticmethod
    def _of_type(record_type: RecordType, stored: Transaction, *, status: int) -> Transaction:
        if stored.record_type == record_type:
            return stored
        raise user_error(WRONG_TYPE) if status == 400 else general(404)


def type_of(call: Call) -> RecordType:
    """Return the record type that a path names."""
    return cast("RecordType", call.parts["record_type"])  # the route matches nothing else


def base_url(url: URL) -> str:
    """Return the base URL of records, at the address of the request."""
    return f"{url.origin()}{RECORDS}"


def parse_object(raw: bytes) -> Json:
    """Parse a body. Raises ``ApiError``."""
    try:
        body = loads(raw)
    except ValueError as error:
        raise invalid_content("Invalid content in the request body. It is not JSON.", "") from error
    if not isinstance(body, dict):
        raise invalid_content("Invalid content in the request body. An object is expected.", "")
    return body


def _filter(text: str | None) -> Callable[[Transaction], bool]:
    if text is None:
        return lambda _: True
    parts = [FILTER.fullmatch(part) for part in re.split(r"\s+AND\s+", unquote(text))]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        raise wrong_parameter(f"Invalid query parameter q: {text[:200]}")
    return lambda stored: all(
        TESTS[part[2].upper()](FILTERS[part[1].lower()](stored), part[3]) for part in known
    )


def _page(call: Call) -> tuple[int, int]:
    limit, offset = call.query.get("limit", str(MAX_PAGE)), call.query.get("offset", "0")
    if not (limit.isdecimal() and offset.isdecimal() and 1 <= int(limit) <= MAX_PAGE):
        raise wrong_parameter(f"limit must be between 1 and {MAX_PAGE}, offset a number.")
    return int(limit), int(offset)


def _rows_page(rows: Sequence[Json], url: str, limit: int, offset: int) -> Json:
    page = rows[offset : offset + limit]
    return {
        "links": [{"rel": "self", "href": url}],
        "count": len(page),
        "hasMore": offset + limit < len(rows),
        "items": page,
        "offset": offset,
        "totalResults": len(rows),
    }
