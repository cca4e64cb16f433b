"""The invoice as Metronome's API answers it. Reads only what the mapping needs and ignores every other field.

Source: the public OpenAPI file and the Python SDK's ``types.v1.customers.invoice``. Amounts are in the credit type's
own unit (cents for US dollars, whole units for other currencies).
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from invoice_formatter.mapping.line_types import ADJUSTMENT, line_type_of
from invoice_shared.errors import Rejected
from invoice_shared.invoice import Frozen
from invoice_shared.serde import explain
from invoice_shared.types import ExactDecimal, UtcTime

MAX_DIGITS = 40


def _readable(value: Decimal) -> Decimal:
    # 1e999999999 is valid JSON, and written out it is a gigabyte.
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent < -MAX_DIGITS or len(digits) + exponent > MAX_DIGITS:
        raise ValueError(f"has more than {MAX_DIGITS} digits before or after the point")
    return value


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


def _or_none(value: Any) -> Any:
    return () if value is None else value


def _or_left_out(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Amount = Annotated[ExactDecimal, AfterValidator(_readable)]
# What only informs refuses no invoice: it is left out if it cannot be read.
Information = WrapValidator(_or_left_out)
Fields = Annotated[dict[str, Any], BeforeValidator(_or_empty)]


class _Keeping(Frozen):
    """Keeps the JSON object that it was read from as ``tree``, for the EXTRA_FIELDS templates."""

    tree: dict[str, Any] = Field(repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep_tree(cls, data: Any) -> Any:
        return {**data, "tree": data} if isinstance(data, dict) else data


class CreditType(Frozen):
    """The unit of an amount: a currency, or a custom pricing unit, which is not money."""

    id: str
    name: str


class AppliedCommit(Frozen):
    """Which commit or credit a line applies: ``PREPAID``, ``POSTPAID`` or ``CREDIT``."""

    type: str | None = None


class Payer(Frozen):
    """Who pays, on the usage invoices of an account hierarchy."""

    customer_id: str | None = None
    contract_id: str | None = None

    def is_of(self, customer_id: str, contract_id: str | None) -> bool:
        """Whether the payer is this contract of this customer; a payer may lack its contract."""
        return self.customer_id == customer_id and self.contract_id in (None, contract_id)


class ExternalInvoice(Frozen):
    """What a billing provider is known to hold for this invoice, or to be sent."""

    invoice_id: str | None = None
    billing_provider_type: str | None = None
    external_status: str | None = None


class RevenueSystemInvoice(Frozen):
    """What a revenue system, beside the billing provider, is known to hold for this invoice."""

    revenue_system_provider: str | None = None
    revenue_system_external_entity_id: str | None = None


class CorrectionRecord(Frozen):
    """Which invoice a correction corrects."""

    corrected_invoice_id: str | None = None


class MetronomeLine(_Keeping):
    """One line. It has no id of its own. ``ending_before`` is exclusive."""

    name: str
    total: Amount
    credit_type: CreditType
    type: str
    quantity: Annotated[Amount | None, Information] = None
    unit_price: Annotated[Amount | None, Information] = None
    product_id: str | None = None
    custom_fields: Fields = Field(default_factory=dict)
    product_custom_fields: Fields = Field(default_factory=dict)
    commit_custom_fields: Fields = Field(default_factory=dict)
    scheduled_charge_custom_fields: Fields = Field(default_factory=dict)
    subscription_custom_fields: Fields = Field(default_factory=dict)
    discount_custom_fields: Fields = Field(default_factory=dict)
    professional_service_custom_fields: Fields = Field(default_factory=dict)
    credit_grant_custom_fields: Fields = Field(default_factory=dict)
    commit_type: str | None = None
    applied_commit_or_credit: AppliedCommit | None = None
    pricing_group_values: Fields = Field(default_factory=dict)
    presentation_group_values: Fields = Field(default_factory=dict)
    starting_at: UtcTime | None = None
    ending_before: UtcTime | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_type(cls, data: Any) -> Any:
        return _typed(data, line_type_of)


class Adjustment(MetronomeLine):
    """A legacy plan's adjustment of the whole invoice, e.g. a credit grant: part of the total like any line."""

    @model_validator(mode="before")
    @classmethod
    def _name_type(cls, data: Any) -> Any:
        return _typed(data, lambda _: ADJUSTMENT)


def _typed(line: Any, type_of: Callable[[dict[str, Any]], str]) -> Any:
    if not isinstance(line, dict) or line.get("type") not in (None, ""):
        return line
    return {**line, "type": type_of(line)}


class MetronomeInvoice(_Keeping):
    """The ``data`` of ``GET /v1/customers/{customer_id}/invoices/{invoice_id}``. ``end_timestamp`` is exclusive."""

    id: str = Field(min_length=1)
    customer_id: str = Field(min_length=1)
    type: str
    status: str
    credit_type: CreditType
    total: Amount
    line_items: tuple[MetronomeLine, ...]
    invoice_adjustments: Annotated[tuple[Adjustment, ...], BeforeValidator(_or_none)] = ()
    start_timestamp: UtcTime | None = None
    end_timestamp: UtcTime | None = None
    issued_at: UtcTime | None = None
    net_payment_terms_days: Annotated[Annotated[ExactDecimal, Field(ge=0, le=36_500)] | None, Information] = None
    customer_custom_fields: Fields = Field(default_factory=dict)
    contract_id: str | None = None
    external_invoice: ExternalInvoice | None = None
    revenue_system_invoices: Annotated[tuple[RevenueSystemInvoice, ...], BeforeValidator(_or_none)] = ()
    billable_status: Any = None
    payer: Payer | None = None
    correction_record: CorrectionRecord | None = None
    regenerated_from_invoice_id: str | None = None
    # Set by ``billed_to`` alone; for sentences.
    payer_billed: str | None = None

    def billed_to(self, customer_id: str, custom_fields: dict[str, Any]) -> "MetronomeInvoice":
        """Return the invoice with the custom fields of the customer who pays instead of its own customer's."""
        fields = {"customer_custom_fields": custom_fields}
        return self.model_copy(update={**fields, "tree": self.tree | fields, "payer_billed": customer_id})

    @property
    def payer_customer_id(self) -> str | None:
        """The customer who pays, if the invoice names one."""
        return self.payer.customer_id if self.payer else None

    @property
    def pays_itself(self) -> bool:
        """Whether it names its own contract as the payer."""
        return self.payer is not None and self.payer.is_of(self.customer_id, self.contract_id)

    @property
    def billed_customer_id(self) -> str:
        """Metronome's id of the customer whose custom fields it carries."""
        return self.payer_billed or self.customer_id

    @property
    def lines(self) -> tuple[MetronomeLine, ...]:
        """All lines, a legacy plan's adjustments at the end."""
        return (*self.line_items, *self.invoice_adjustments)

    @property
    def is_unbillable(self) -> bool:
        """Tell whether Metronome says not to bill it, in a string or, as on customers, in an object with ``value``."""
        status = self.billable_status
        value = status.get("value") if isinstance(status, dict) else status
        return isinstance(value, str) and value.strip().lower() == "unbillable"

    @property
    def external_id(self) -> str | None:
        """The provider's id of the document that it already holds, if any."""
        return (self.external_invoice.invoice_id if self.external_invoice else None) or None


def parse_invoice(answer: Any) -> MetronomeInvoice:
    """Read the API's answer (``{"data": {…}}``, fractions as ``Decimal``). Raises ``Rejected("invalid-invoice")``."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise misshapen("it has no “data” object")
    try:
        return MetronomeInvoice.model_validate(data)
    except ValidationError as error:
        raise misshapen(explain(error)) from error


def misshapen(problem: str) -> Rejected:
    """Give the refusal of an answer that cannot be read as an invoice."""
    return Rejected(
        "invalid-invoice",
        f"Metronome's answer does not have the shape of an invoice ({problem}). Open the invoice in Metronome; if it "
        "looks right there, the connector needs an update.",
    )
