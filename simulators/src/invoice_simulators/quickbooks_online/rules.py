"""QuickBooks Online's rules for an invoice or credit memo.

Pure: body and settings in, or a fault.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from invoice_simulators.quickbooks_online.errors import fault
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.wire import ApiError, Json, is_number

CENT = Decimal("0.01")
SALES_ITEM = "SalesItemLineDetail"
# Types of lines without an amount of their own. QuickBooks adds the subtotal; updates repeat it.
WITHOUT_AMOUNT = ("DescriptionOnly", "SubTotalLineDetail")


# Fields of an invoice or credit memo: from the reference, and from common libraries.
WRITABLE = frozenset(
    """
    CustomerRef Line TxnDate DueDate DocNumber PrivateNote CustomerMemo CurrencyRef ExchangeRate
    SalesTermRef DepartmentRef ClassRef BillEmail BillEmailCc BillEmailBcc EmailStatus
    GlobalTaxCalculation TxnTaxDetail CustomField BillAddr ShipAddr ShipFromAddr FreeFormAddress
    ShipMethodRef ShipDate TrackingNum DeliveryInfo ApplyTaxAfterDiscount PrintStatus
    AllowIPNPayment AllowOnlinePayment AllowOnlineCreditCardPayment AllowOnlineACHPayment
    Deposit DepositToAccountRef ARAccountRef TransactionLocationType TaxExemptionRef ProjectRef
    RecurDataRef TxnSource EInvoiceStatus PaymentMethodRef PaymentRefNum RemainingCredit
    InvoiceRef
    """.split()  # noqa: SIM905 - reads better than 60 lines
)

# Sent values are ignored without an error.
READ_ONLY = frozenset(
    [
        "Id",
        "SyncToken",
        "MetaData",
        "TotalAmt",
        "HomeTotalAmt",
        "Balance",
        "HomeBalance",
        "LinkedTxn",
        "InvoiceLink",
        "domain",
        "sparse",
        "status",
    ]
)

# At most ten digits before the point.
MAX_AMOUNT = Decimal("1E10")

LENGTHS = {"DocNumber": 21, "PrivateNote": 4000}
DESCRIPTION_LENGTH = 4000
MEMO_LENGTH = 1000
INACTIVE = (
    "Something you're trying to use has been made inactive. Check the fields with accounts,"
    " customers, items."
)


class Rules:
    """The checks of one company."""

    def __init__(self, settings: QuickBooksOnlineSettings) -> None:
        self._settings = settings

    def check(self, body: Json) -> None:
        """Check a whole transaction. Raises ``ApiError`` for the first rule that is broken."""
        if unknown := set(body) - WRITABLE - READ_ONLY:
            raise self._fault(
                "2010", f"Property Name:{min(unknown)} is unsupported or invalid", min(unknown)
            )
        self._check_lengths(body)
        self.check_customer(body.get("CustomerRef"))
        self._check_currency(body)
        self._check_books(body)
        lines = body.get("Line")
        if not isinstance(lines, list) or not lines:
            raise self._missing("Line")
        for line in lines:
            self._check_line(line)
        if total_of(lines) < 0:
            raise self._fault("6000", "The transaction total can not be negative.")

    def duplicate(self, number: str, kind: str, transaction_id: str) -> ApiError:
        """Build the fault for a duplicate document number."""
        if self._settings.language == "fr":
            where = f"DocNumber={number} est attribué à TxnType={kind} avec TxnId={transaction_id}"
            return self._fault(
                "6140",
                f"Vous devez indiquer un autre numéro. Ce numéro a déjà été utilisé. {where}",
            )
        where = f"DocNumber={number} is assigned to TxnType={kind} with TxnId={transaction_id}"
        text = f"You must specify a different number. This number has already been used. {where}"
        return self._fault("6140", text)

    def _check_lengths(self, body: Json) -> None:
        memo = body.get("CustomerMemo")
        texts = [(name, body.get(name, ""), limit) for name, limit in LENGTHS.items()]
        texts.append(
            ("CustomerMemo", memo.get("value", "") if isinstance(memo, dict) else "", MEMO_LENGTH)
        )
        for name, value, limit in texts:
            self._check_length(name, value, limit)

    def _check_length(self, name: str, value: Any, limit: int) -> None:
        if value is None:
            return
        if not isinstance(value, str):
            raise self._fault("2010", f"Property {name} must be a string", name)
        if len(value) > limit:
            raise self._fault(
                "2050", f"Min:0 Max:{limit} supported. Supplied length:{len(value)}", name
            )

    def _check_currency(self, body: Json) -> None:
        given = body.get("CurrencyRef")
        currency = given.get("value") if isinstance(given, dict) else None
        if self._settings.multicurrency and currency is None:
            raise self._missing("CurrencyRef")
        if not self._settings.multicurrency and currency not in (
            None,
            self._settings.home_currency,
        ):
            raise self._fault(
                "6000", "Multicurrency is not enabled for this company.", "CurrencyRef"
            )

    def _check_books(self, body: Json) -> None:
        closed_before = self._settings.closed_before
        if closed_before is not None and body.get("TxnDate", "9999") < closed_before:
            raise self._fault("6210", f"The books are closed before {closed_before}.", "TxnDate")

    def _check_line(self, line: Any) -> None:
        if not isinstance(line, dict):
            raise self._fault("2010", "A line must be an object", "Line")
        self._check_length("Line.Description", line.get("Description", ""), DESCRIPTION_LENGTH)
        if line.get("DetailType") in WITHOUT_AMOUNT:
            return
        if line.get("DetailType") != SALES_ITEM or not isinstance(line.get(SALES_ITEM), dict):
            raise self._missing("Line.SalesItemLineDetail")
        if _is_note(line):
            return
        self._check_reference(
            line[SALES_ITEM]["ItemRef"], "Line.SalesItemLineDetail.ItemRef", "item"
        )
        self._check_amount(line)

    def _check_amount(self, line: Json) -> None:
        detail = line[SALES_ITEM]
        if "Amount" not in line:
            raise self._missing("Line.Amount")
        numbers = [line["Amount"], detail.get("Qty", 1), detail.get("UnitPrice", 1)]
        if not all(is_number(number) for number in numbers) or Decimal(line["Amount"]) % CENT:
            raise self._fault("2090", "Invalid Number", "Line.Amount")
        if abs(Decimal(line["Amount"])) >= MAX_AMOUNT:
            raise self._fault("2140", f"Supplied value:{line['Amount']}", "Line.Amount")
        if "Qty" not in detail or "UnitPrice" not in detail:
            return
        product = (Decimal(detail["Qty"]) * Decimal(detail["UnitPrice"])).quantize(
            CENT, ROUND_HALF_UP
        )
        if product != line["Amount"]:
            text = f"Amount is not equal to UnitPrice * Qty. Supplied value:{line['Amount']}"
            raise self._fault("6070", text, "Line.Amount")

    def _check_reference(self, reference: Any, element: str, kind: str) -> None:
        value = reference.get("value") if isinstance(reference, dict) else None
        if value is None:
            raise self._missing(element)
        unknown: Sequence[str] = getattr(self._settings, f"unknown_{kind}s")
        inactive: Sequence[str] = getattr(self._settings, f"inactive_{kind}s")
        if not isinstance(value, str) or not value.isdecimal() or value in unknown:
            raise self._fault("2500", f"Names element id {value} not found", element)
        if value in inactive:
            raise self._fault("610", INACTIVE, element)

    def check_customer(self, reference: Any) -> None:
        """Check the customer of a transaction. Raises ``ApiError``."""
        self._check_reference(reference, "CustomerRef", "customer")

    def _missing(self, element: str) -> ApiError:
        return self._fault(
            "2020", f"Required parameter {element} is missing in the request", element
        )

    def _fault(self, code: str, detail: str, element: str | None = None) -> ApiError:
        return fault(code, detail, element=element, language=self._settings.language)


def total_of(lines: Sequence[Json]) -> Decimal:
    """Return the sum of the item lines; lines without an item are ignored."""
    amounts = (Decimal(line["Amount"]) for line in lines if is_item_line(line))
    return sum(amounts, Decimal("0.00"))


def is_item_line(line: Json) -> bool:
    """Whether a line counts: notes and lines without an item do not."""
    return line["DetailType"] == SALES_ITEM and not _is_note(line)


def _is_note(line: Json) -> bool:
    return not line[SALES_ITEM].get("ItemRef")
