"""The operator's mapping rules as a plain value; the service reads them as settings.

Reads no environment.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from invoice_formatter.mapping.extra_fields import problems_of
from invoice_shared.setting_types import KEEPS_BLANKS, Day, JsonList, JsonObject

Key = Annotated[str, AfterValidator(str.strip), Field(min_length=1)]


def _checked_templates(templates: dict[str, str]) -> dict[str, str]:
    if problems := problems_of(templates):
        raise ValueError("; ".join(problems))
    return templates


class MappingRules(BaseModel, frozen=True):
    """The mapping rules. The fields are the settings of the same names."""

    metronome_billing_provider_customer_id: Key
    metronome_billing_provider_destination: Key
    metronome_billing_provider_item_id: Key
    metronome_invoices_types: Annotated[JsonList, Field(min_length=1)] = ("USAGE", "SCHEDULED")
    bill_from: Day | None = None
    hierarchy_billed_to: Literal["customer", "payer"] | None = None
    line_item_name_separator: Annotated[str, KEEPS_BLANKS] = " / "
    item_id_by_line_type: JsonObject = Field(default_factory=dict)
    item_id_from_netsuite_fields: bool = False
    zero_total_invoices: Literal["send", "skip"] = "send"
    zero_amount_lines: Literal["drop", "keep"] = "drop"
    document_date: Literal["issued", "period_end"] = "issued"
    totals_tolerance: Annotated[Decimal, Field(ge=0)] = Decimal("0.5")
    line_grouping: Literal["none", "by_item"] = "none"
    extra_fields: Annotated[JsonObject, AfterValidator(_checked_templates)] = Field(
        default_factory=dict
    )
