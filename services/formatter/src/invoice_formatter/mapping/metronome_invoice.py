"""The invoice as Metronome's API returns it.

Only the mapping's fields are read, and all others are ignored.

Source: the public OpenAPI file and the Python SDK's ``types.v1.customers.invoice``. Amounts are in
the credit type's own unit (cents for US dollars, whole units for other currencies).
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from invoice_formatter.mapping.line_types import ADJUSTMENT, line_type_of
from invoice_shared.errors import Rejected
from invoice_shared.text import check_ids
from invoice_shared.types import Id, Moment, has_at_most

MAX_DIGITS = 40
TOO_LARGE = 10**MAX_DIGITS
MAX_TERMS_DAYS = 36_500

Fields = dict[str, Any] | None


class CreditType(msgspec.Struct, frozen=True, kw_only=True):
    """The unit of an amount: a currency, or a custom pricing unit, which is not money."""

    id: str
    name: str


class AppliedCommit(msgspec.Struct, frozen=True, kw_only=True):
    """The commit or credit that a line applies: ``PREPAID``, ``POSTPAID`` or ``CREDIT``."""

    type: str | None = None


class Payer(msgspec.Struct, frozen=True, kw_only=True):
    """The payer of a usage invoice in an account hierarchy."""

    customer_id: str | None = None
    contract_id: str | None = None

    def is_of(self, customer_id: str, contract_id: str | None) -> bool:
        """Return whether the payer is this contract; the payer's contract may be missing."""
        return self.customer_id == customer_id and self.contract_id in (None, contract_id)


class ExternalInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """The billing provider's document of this invoice, as far as Metronome knows it."""

    invoice_id: str | None = None
    billing_provider_type: str | None = None
    external_status: str | None = None


class RevenueSystemInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """A revenue system's document of this invoice, as far as Metronome knows it."""

    revenue_system_provider: str | None = None
    revenue_system_external_entity_id: str | None = None


class CorrectionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The invoice that a correction corrects."""

    corrected_invoice_id: str | None = None


class MetronomeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line, which has no id. ``ending_before`` is exclusive.

    ``tree`` is the JSON object that it was read from. A ``quantity`` or ``unit_price`` that no
    record can contain is ``None``: informative fields do not refuse an invoice.
    """

    tree: Any
    name: str
    total: Decimal
    credit_type: CreditType
    type: str
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    product_id: str | None = None
    custom_fields: Fields = None
    product_custom_fields: Fields = None
    commit_custom_fields: Fields = None
    scheduled_charge_custom_fields: Fields = None
    subscription_custom_fields: Fields = None
    discount_custom_fields: Fields = None
    professional_service_custom_fields: Fields = None
    credit_grant_custom_fields: Fields = None
    commit_type: str | None = None
    applied_commit_or_credit: AppliedCommit | None = None
    pricing_group_values: Fields = None
    presentation_group_values: Fields = None
    starting_at: Moment | None = None
    ending_before: Moment | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for an amount that cannot be written out."""
        check_amount(self.total)


class MetronomeInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """The ``data`` of ``GET /v1/customers/{customer_id}/invoices/{invoice_id}``.

    ``end_timestamp`` is exclusive.

    ``tree`` is the JSON object that it was read from.
    """

    tree: Any
    id: Id
    customer_id: Id
    type: str
    status: str
    credit_type: CreditType
    total: Decimal
    line_items: tuple[MetronomeLine, ...]
    # Lines of a legacy plan, e.g. a credit grant; part of the total like any line.
    invoice_adjustments: tuple[MetronomeLine, ...] = ()
    start_timestamp: Moment | None = None
    end_timestamp: Moment | None = None
    issued_at: Moment | None = None
    net_payment_terms_days: Decimal | None = None
    customer_custom_fields: Fields = None
    contract_id: str | None = None
    external_invoice: ExternalInvoice | None = None
    revenue_system_invoices: tuple[RevenueSystemInvoice, ...] | None = None
    billable_status: Any = None
    payer: Payer | None = None
    correction_record: CorrectionRecord | None = None
    regenerated_from_invoice_id: str | None = None
    # Set only by ``billed_to``, for messages.
    payer_billed: str | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a total or an id that cannot be written out."""
        check_amount(self.total)
        check_ids(self.id, self.customer_id)

    def billed_to(self, customer_id: str, custom_fields: dict[str, Any]) -> "MetronomeInvoice":
        """Return the invoice with the custom fields of the customer who pays."""
        fields = {"customer_custom_fields": custom_fields}
        return msgspec.structs.replace(
            self, **fields, tree=self.tree | fields, payer_billed=customer_id
        )

    @property
    def payer_customer_id(self) -> str | None:
        """The customer who pays, if the invoice names one."""
        return self.payer.customer_id if self.payer else None

    @property
    def pays_itself(self) -> bool:
        """Return whether its own contract is the payer."""
        return self.payer is not None and self.payer.is_of(self.customer_id, self.contract_id)

    @property
    def billed_customer_id(self) -> str:
        """Metronome's id of the customer whose custom fields it has."""
        return self.payer_billed or self.customer_id

    @property
    def lines(self) -> tuple[MetronomeLine, ...]:
        """All lines, a legacy plan's adjustments at the end."""
        return (*self.line_items, *self.invoice_adjustments)

    @property
    def is_unbillable(self) -> bool:
        """Return whether Metronome marks it as unbillable, in a text or an object."""
        status = self.billable_status
        value = status.get("value") if isinstance(status, dict) else status
        return isinstance(value, str) and value.strip().lower() == "unbillable"

    @property
    def external_id(self) -> str | None:
        """The id of its document at the provider, if any."""
        return (self.external_invoice.invoice_id if self.external_invoice else None) or None


def parse_invoice(answer: Any) -> MetronomeInvoice:
    """Return the invoice in the API's response (``{"data": {…}}``, fractions as ``Decimal``).

    Raises ``Rejected("invalid-invoice")``.
    """
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise misshapen('it has no "data" object')
    try:
        return msgspec.convert(_prepared(data), MetronomeInvoice)
    except msgspec.ValidationError as error:
        raise misshapen(str(error)) from error
    except UnicodeEncodeError as error:
        raise misshapen("a text contains half a surrogate pair") from error


def check_amount(value: Decimal) -> None:
    """Raise ``ValueError`` for a number that is too long: 1e999999999 is valid JSON."""
    if not has_at_most(MAX_DIGITS, value):
        raise ValueError(f"total has more than {MAX_DIGITS} digits before or after the point")


def _prepared(data: dict[str, Any]) -> dict[str, Any]:
    """Return the tree with its lines' types, without unreadable informative fields."""
    return {
        **data,
        "tree": data,
        "line_items": _lines(data.get("line_items"), line_type_of),
        "invoice_adjustments": _lines(data.get("invoice_adjustments") or [], lambda _: ADJUSTMENT),
        "net_payment_terms_days": _terms(data.get("net_payment_terms_days")),
        "payer_billed": None,
    }


def _lines(listed: Any, type_of: Callable[[dict[str, Any]], str]) -> Any:
    if not isinstance(listed, list):
        return listed
    return [_line(line, type_of) if isinstance(line, dict) else line for line in listed]


def _line(line: dict[str, Any], type_of: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    line_type = line.get("type")
    return {
        **line,
        "tree": line,
        "type": type_of(line) if line_type in (None, "") else line_type,
        "quantity": _informed(line.get("quantity")),
        "unit_price": _informed(line.get("unit_price")),
    }


def _informed(value: Any) -> Decimal | None:
    # Most quantities are whole: ``convert`` takes three times as long.
    if type(value) is int and abs(value) < TOO_LARGE:
        return Decimal(value)
    try:
        number = value if isinstance(value, Decimal) else msgspec.convert(value, Decimal | None)
    except msgspec.ValidationError:
        return None
    return number if number is None or has_at_most(MAX_DIGITS, number) else None


def _terms(value: Any) -> Decimal | None:
    days = _informed(value)
    return days if days is not None and 0 <= days <= MAX_TERMS_DAYS else None


def misshapen(problem: str) -> Rejected:
    """Return the refusal of a response that is not an invoice."""
    return Rejected(
        "invalid-invoice",
        f"Metronome's response is not an invoice ({problem}). Check the invoice in Metronome; if it"
        " is correct there, the connector needs an update.",
    )
