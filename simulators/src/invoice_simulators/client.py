"""Control a simulator from Python, over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from invoice_simulators.wire import dumps, loads

# In seconds. Generous, because reading 100,000 requests back takes a few.
TIMEOUT = 60


class ControlClient:
    """Seeds, disturbs and inspects the system at ``base_url``.

    A wrong call raises ``ValueError`` with the reason.
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        # Loopback must not use a proxy of the environment.
        self._opener = build_opener(ProxyHandler({}))

    def inject(self, kind: str, operation: str = "*", **fields: Any) -> None:
        """Add a fault; see ``faults.Fault`` for its fields."""
        self._call("POST", "faults", {"kind": kind, "operation": operation, **fields})

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._call("DELETE", "faults")

    def release(
        self, operation: str | None = None, invoice_id: str | None = None
    ) -> list[dict[str, Any]]:
        """Process requests that a late fault holds; return each with its status."""
        done: list[dict[str, Any]] = self._call(
            "POST", "release", {"operation": operation, "invoice_id": invoice_id}
        )
        return done

    def held(self) -> list[dict[str, Any]]:
        """Return requests that a late fault holds, oldest first."""
        return self._list("held")

    def limit(self, **limits: Any) -> None:
        """Replace the limits; see ``limits.Limits``. No argument: no limits."""
        self._call("POST", "limits", limits)

    def configure(self, **settings: Any) -> None:
        """Change some of the system's own settings."""
        self._call("POST", "settings", settings)

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the requests seen, oldest first; see ``journal.Entry``."""
        query = f"?operation={quote(operation)}" if operation else ""
        return self._list(f"requests{query}")

    def documents(self) -> list[dict[str, Any]]:
        """Return what exists, oldest first."""
        return self._list("documents")

    def void(self, document_id: str) -> None:
        """Void a document, or cancel it at Razorpay."""
        self._call("POST", "void", {"document_id": document_id})

    def delete(self, document_id: str) -> None:
        """Delete a document, as a person does in the system's own pages."""
        self._call("POST", "delete", {"document_id": document_id})

    def edit(self, document_id: str, **changes: Any) -> None:
        """Change a document as a person does, e.g. ``total``, ``note`` or ``number``."""
        self._call("POST", "edit", {"document_id": document_id, **changes})

    def pay(self, document_id: str, amount: str | None = None) -> None:
        """Pay an amount in major units; null: all that is due."""
        self._call("POST", "pay", {"document_id": document_id, "amount": amount})

    def settle(self, count: int | None = None) -> None:
        """Make the oldest ``count`` pending writes visible to look-ups; null: all."""
        self._call("POST", "settle", {"count": count})

    def reset(self) -> None:
        """Reset everything: documents, requests, faults and settings."""
        self._call("POST", "reset", {})

    def _list(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", path)
        return found

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else dumps(body)
        request = Request(f"{self._base_url}/_control/{path}", data, method=method)  # noqa: S310 - our own loopback URL
        request.add_header("Content-Type", "application/json")
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                return loads(response.read())
        except HTTPError as error:
            with error:
                raise ValueError(loads(error.read())["error"]) from error


class QuickBooksControl(ControlClient):
    """Extra controls of QuickBooks' simulator."""

    def forget_request_ids(self) -> None:
        """Forget all request ids, because their lifetime is not documented."""
        self._call("POST", "forget-request-ids", {})


class RazorpayControl(ControlClient):
    """Extra controls of Razorpay's simulator."""

    def expire(self, document_id: str) -> None:
        """Let an issued invoice expire."""
        self._call("POST", "expire", {"document_id": document_id})


class MetronomeControl(ControlClient):
    """Extra controls of Metronome's simulator."""

    def seed_invoices(self, invoices: Sequence[Mapping[str, Any]]) -> None:
        """Store Metronome invoice objects; one with a known id replaces it."""
        self._call("POST", "invoices", list(invoices))

    def seed_customers(self, customers: Sequence[Mapping[str, Any]]) -> None:
        """Store Metronome customer objects; one with a known id replaces it."""
        self._call("POST", "customers", list(customers))

    def seed_contracts(self, contracts: Sequence[Mapping[str, Any]]) -> None:
        """Store contracts as version 2 of the API shows them; one with a known id replaces it."""
        self._call("POST", "contracts", list(contracts))

    def seed_billing_configurations(self, configurations: Sequence[Mapping[str, Any]]) -> None:
        """Store billing provider configurations of customers; one with a known id replaces it."""
        self._call("POST", "billing-configurations", list(configurations))

    def set_fields(self, entity: str, entity_id: str, fields: Mapping[str, str | None]) -> None:
        """Set custom fields of a customer or product; null removes one.

        All invoices show them immediately.
        """
        self._call("POST", "fields", {"entity": entity, "entity_id": entity_id, "fields": fields})

    def writebacks(self) -> list[dict[str, Any]]:
        """Return the status write-backs that were accepted, oldest first."""
        return self._list("writebacks")
