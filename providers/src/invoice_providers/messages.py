"""Texts for all providers: memos, descriptions and advice about refusals. Pure."""

import re

from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice, LineItem
from invoice_shared.text import visible
from invoice_shared.types import decimal_text

# A reason is a short text; the failure record contains the other ids.
MAX_SHOWN_IDS = 10
WORD = re.compile(r"[A-Za-z0-9_-]+")
MEMO = re.compile(r"Metronome invoice (?P<id>[^\s,]+)")


def cut(text: str, limit: int | None) -> str:
    """Return a text within a provider's limit, cut visibly.

    The limit is in UTF-16 units, as in the providers' own programs: an emoji is two.
    """
    if limit is None or 2 * len(text) <= limit:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * limit:
        return text
    # Half of a surrogate pair at the end is dropped.
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def clean(text: str) -> str:
    """Return a text without invisible characters; its line ends stay."""
    return "\n".join(visible(line) for line in text.splitlines())


def check_lines(document: FormattedInvoice, title: str, limit: int) -> None:
    """Raise ``Rejected`` if a document has more lines than a provider allows."""
    if (count := len(document.line_items)) > limit:
        raise Rejected(
            "too-many-lines",
            f"{title} allows {limit} lines per document, and this one has {count}. Set"
            " LINE_GROUPING=by_item and replay from raw.",
        )


def memo(document: FormattedInvoice) -> str:
    """Return a text that names the Metronome invoice, and the one that it replaces or corrects."""
    text = f"Metronome invoice {document.invoice_id}"
    if document.regenerated_from_invoice_id:
        return f"{text}, replaces {document.regenerated_from_invoice_id}"
    if document.corrected_invoice_id:
        return f"{text}, corrects {document.corrected_invoice_id}"
    return text


def memo_of(text: str) -> str | None:
    """Return the invoice in a memo; ``None`` if the text does not begin with one."""
    found = MEMO.match(text)
    return found["id"] if found else None


def figures(line: LineItem) -> str:
    """Return Metronome's quantity and unit price, e.g. ``1000 x 0.000015``, or an empty text."""
    if line.quantity is None or line.unit_price is None:
        return ""
    return f"{decimal_text(line.quantity)} x {decimal_text(line.unit_price)}"


def described(line: LineItem, limit: int) -> str:
    """Return a line's name with its figures; if too long, the name is cut visibly."""
    shown = figures(line)
    name = visible(line.name)
    if not shown:
        return cut(name, limit)
    ending = f" ({shown})"
    return cut(cut(name, max(1, limit - len(ending))) + ending, limit)


def advice(document: FormattedInvoice, said: str) -> str:
    """Return where in Metronome the ids in a refusal come from; empty if it names none of ours."""
    words = set(WORD.findall(said))
    sentences = [about_line(line) for line in document.line_items if line.external_item_id in words]
    if document.external_customer_id in words:
        sentences.append(about_customer(document))
    return " ".join(dict.fromkeys(sentences))


def about_line(line: LineItem) -> str:
    """Return where a line's item id comes from."""
    source = (
        f"the item id of product {line.product_id} in Metronome"
        if line.product_id
        else f'ITEM_ID_BY_LINE_TYPE for "{line.line_type}"'
    )
    return (
        f'Item {line.external_item_id} is the item of "{line.name}": fix it there, or correct'
        f" {source}, then replay."
    )


def about_customer(document: FormattedInvoice) -> str:
    """Return where the customer's id comes from."""
    return (
        f"{document.external_customer_id} is the id of the customer: fix it there, or correct it"
        f" on customer {document.metronome_customer_id} in Metronome, then replay."
    )


def sent_ids(document: FormattedInvoice) -> str:
    """Return the ids that were sent, for a refusal that names none."""
    lines = {
        line.external_item_id: f'{line.external_item_id} ("{line.name}")'
        for line in document.line_items
    }
    shown = list(lines.values())[:MAX_SHOWN_IDS]
    more = f" and {len(lines) - len(shown)} more" if len(lines) > len(shown) else ""
    return (
        f"The customer id that was sent is {document.external_customer_id}, of customer"
        f" {document.metronome_customer_id} in Metronome; the item ids are"
        f" {', '.join(shown)}{more}. Correct the wrong one there or in Metronome, then replay."
    )
