"""Read-only handlers: one transaction, queries, changes, lists and preferences."""

from collections.abc import Callable

from invoice_simulators.quickbooks_online import lists
from invoice_simulators.quickbooks_online.changes import changes
from invoice_simulators.quickbooks_online.errors import fault, now_text, tid
from invoice_simulators.quickbooks_online.query import Query, parse_query
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.quickbooks_online.store import TransactionStore
from invoice_simulators.quickbooks_online.transactions import Entity, Transaction
from invoice_simulators.wire import Call, Json, Reply, dumps, reply

# By path segment.
ENTITIES: dict[str, Entity] = {"invoice": "Invoice", "creditmemo": "CreditMemo"}


class Reader:
    """Handlers that change nothing."""

    def __init__(
        self, store: TransactionStore, settings: Callable[[], QuickBooksOnlineSettings]
    ) -> None:
        self._store = store
        self._settings = settings

    def get(self, call: Call) -> Reply:
        """Answer one transaction by id, as it is now."""
        return reply(shown(self.find(entity_of(call), call.parts["id"])), headers=tid())

    def get_entry(self, call: Call) -> Reply:
        """Answer one customer or item."""
        show, name = (
            (lists.customer, "Customer")
            if call.parts["list"] == "customer"
            else (lists.item, "Item")
        )
        entry = show(call.parts["id"], self._settings())
        if entry is None:
            raise self._not_found(f"Object {call.parts['id']} not found")
        return reply({name: entry, "time": now_text()}, headers=tid())

    def preferences(self, _call: Call) -> Reply:
        """Answer the preferences."""
        return reply(
            {"Preferences": lists.preferences(self._settings()), "time": now_text()}, headers=tid()
        )

    def query(self, call: Call) -> Reply:
        """Answer a query, from the URL or as the body."""
        text = call.query.get("query") or call.text
        wanted = parse_query(text, total_is_queryable=self._settings().total_is_queryable)
        found = self._matching(wanted)
        answered: Json = {"totalCount": len(found)} if wanted.only_counts else _page(wanted, found)
        return reply({"QueryResponse": answered, "time": now_text()}, headers=tid())

    def follow(self, call: Call) -> Reply:
        """Answer what changed since a moment."""
        entities, since = call.query.get("entities", ""), call.query.get("changedSince", "")
        return reply(
            changes(entities, since, list(self._store.all()), self._store.deletions), headers=tid()
        )

    def find(self, entity: Entity, transaction_id: str) -> Transaction:
        """Return a transaction. Raises ``ApiError``, with another text for a deleted one."""
        if (stored := self._store.find(entity, transaction_id)) is not None:
            return stored
        if self._store.was_deleted(transaction_id):
            raise self._not_found("Another user has deleted this transaction.")
        raise self._not_found(f"Object {transaction_id} not found")

    def _not_found(self, detail: str) -> Exception:
        return fault("610", detail, language=self._settings().language)

    def _matching(self, wanted: Query) -> list[Json]:
        if wanted.entity == "Preferences":
            return [lists.preferences(self._settings())]
        if wanted.entity in ("Customer", "Item"):
            show = lists.customer if wanted.entity == "Customer" else lists.item
            candidates = (show(each, self._settings()) for each in lists.ids_named(wanted))
            return lists.matching(candidates, wanted)
        number = wanted.value_of("docnumber")
        replica = self._store.replica
        seen = replica.values() if number is None else replica.find((wanted.entity, number))
        return [stored.shown for stored in wanted.select(seen)]


def shown(stored: Transaction) -> bytes:
    """Return a transaction as in all answers about one."""
    return dumps({stored.entity: stored.shown, "time": now_text()})


def entity_of(call: Call) -> Entity:
    """Return the type of transaction in a path."""
    return ENTITIES[call.parts["entity"]]


def _page(wanted: Query, found: list[Json]) -> Json:
    page = wanted.page(found)
    if not page:
        return {}
    place = {"startPosition": wanted.start, "maxResults": len(page), "totalCount": len(found)}
    return {wanted.entity: page, **place}
