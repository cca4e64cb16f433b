"""Control of a simulated system from Python, over HTTP like everything else."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from invoice_simulators.wire import dumps, loads

TIMEOUT = 60
"""Seconds; generous, since reading 100,000 requests back takes a few."""


class ControlClient:
    """Seeds, disturbs and inspects the system at ``base_url``. A wrong call raises ``ValueError`` with the reason."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._opener = build_opener(ProxyHandler({}))  # a proxy of the environment has no business on loopback

    def inject(self, kind: str, operation: str = "*", **fields: Any) -> None:
        """Put a fault in force; see ``faults.Fault`` for its fields."""
        self._call("POST", "faults", {"kind": kind, "operation": operation, **fields})

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._call("DELETE", "faults")

    def limit(self, **limits: Any) -> None:
        """Replace the limits; see ``limits.Limits``. No argument: no limits."""
        self._call("POST", "limits", limits)

    def configure(self, **settings: Any) -> None:
        """Change some of the system's own settings."""
        self._call("POST", "settings", settings)

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Give the requests seen, oldest first; see ``journal.Entry``."""
        query = f"?operation={quote(operation)}" if operation else ""
        return self._list(f"requests{query}")

    def documents(self) -> list[dict[str, Any]]:
        """Give what exists, oldest first."""
        return self._list("documents")

    def reset(self) -> None:
        """Go back to the start: nothing stored, nothing seen, no faults, first settings."""
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
                raise ValueError(error.read().decode(errors="replace")) from error


class MetronomeControl(ControlClient):
    """What only Metronome's simulator has."""

    def seed_invoices(self, invoices: Sequence[Mapping[str, Any]]) -> None:
        """Store Metronome invoice objects; one with a known id replaces it."""
        self._call("POST", "invoices", list(invoices))

    def seed_customers(self, customers: Sequence[Mapping[str, Any]]) -> None:
        """Store Metronome customer objects; one with a known id replaces it."""
        self._call("POST", "customers", list(customers))

    def void(self, invoice_id: str) -> None:
        """Void an invoice in Metronome; as there, nothing else happens."""
        self._call("POST", "void", {"id": invoice_id})

    def writebacks(self) -> list[dict[str, Any]]:
        """Give the status write-backs that were accepted, oldest first."""
        return self._list("writebacks")
