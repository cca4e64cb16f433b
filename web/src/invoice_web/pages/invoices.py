"""``/invoices``: an invoice's history, and a preview of its document."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from invoice_operations.errors import NotFound
from invoice_operations.failure_documents import row
from invoice_operations.preview.run import preview_invoice
from invoice_operations.selection import Selection
from invoice_operations.status import Status, status_of
from invoice_operations.view.history import Event, summary
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_operations.view.records_of import records_of_key
from invoice_operations.view.view import View
from invoice_shared.errors import ConnectorError, MalformedRecord
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.serde import from_bytes, to_tree
from invoice_web.answers import answer
from invoice_web.desk import DESK, Desk
from invoice_web.forms import gathered, needed, one
from invoice_web.links import links


async def one_invoice(request: web.Request) -> web.Response:
    """Show an invoice's state and its history."""
    desk, invoice_id = request.app[DESK], request.match_info["invoice_id"]
    try:
        facts = await desk.work(lambda: _whole(desk, invoice_id))
    except NotFound as error:
        return answer(
            request, "unknown_invoice.html", {"error": str(error), "invoice_id": invoice_id}, 404
        )
    return answer(request, "invoice.html", facts | desk.following.age())


async def preview(request: web.Request) -> web.Response:
    """Show the document that would be sent now, and the one that was formatted last."""
    desk, invoice_id = request.app[DESK], request.match_info["invoice_id"]
    customer_id = one(gathered(list(request.query.items())), "customer_id") or None

    def look() -> dict[str, Any]:
        seen = preview_invoice(invoice_id, customer_id, desk.installation, force=False)
        return {
            "invoice_id": invoice_id,
            "sentence": seen.in_words(),
            **seen.tree(),
            "sent": _sent(desk, invoice_id),
        }

    return answer(request, "preview.html", await desk.work(look) | desk.following.age())


def _whole(desk: Desk, invoice_id: str) -> dict[str, Any]:
    """Return an invoice's history; without the broker, what the view contains."""
    view, unread = desk.view, None
    try:
        desk.needs_broker()
        status = status_of(invoice_id, desk.installation)
    except NotFound:
        raise
    except ConnectorError as error:
        status, unread = _known(view, invoice_id), f"Its records could not be read: {error}"
    customer_id = status.facts["customer_id"] or view.customer_of(invoice_id)
    return status.facts | {
        "customer_id": customer_id,
        "links": links(view.invoice(invoice_id).documents, customer_id),
        "events": [_event(step) for step in status.steps],
        "failures": [row(case) for case in view.failures(Selection(invoice_id=invoice_id))],
        "decisions": [
            each.model_dump(exclude={"schema_version"}) for each in view.decisions(invoice_id)
        ],
        "unread": unread,
    }


def _known(view: View, invoice_id: str) -> Status:
    known = view.invoice(invoice_id)
    if known == KnownInvoice() and not view.failures(Selection(invoice_id=invoice_id)):
        raise NotFound(f'The invoice "{invoice_id}" is unknown, and the topics cannot be read.')
    return Status(summary(invoice_id, known, ()), [])


def _event(step: Event) -> dict[str, Any]:
    return {"at": step.at, "what": step.what, "where": str(step.place), "detail": step.detail}


def _sent(desk: Desk, invoice_id: str) -> dict[str, Any] | None:
    """Return the document that was formatted last, or ``None``."""
    kafka = desk.installation.kafka
    found = None
    for record in records_of_key(
        desk.installation.reader(), kafka.formatted_invoices_topic, invoice_id.encode()
    ):
        try:
            found = from_bytes(FormattedInvoice, record.value)
        except MalformedRecord:
            continue
    return None if found is None else to_tree(found)


async def find(request: web.Request) -> web.Response:
    """Show the invoice whose id somebody typed."""
    invoice_id = needed(gathered(list(request.query.items())), "invoice_id")
    return web.Response(status=303, headers={"Location": f"/invoices/{quote(invoice_id, safe='')}"})


ROUTES = (
    web.get("/invoices", find),
    web.get("/invoices/{invoice_id}", one_invoice),
    web.get("/invoices/{invoice_id}/preview", preview),
)
