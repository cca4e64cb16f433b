"""What each of Intuit's codes means for a create, and what to do about it. Pure.

The codes are from the reference (Accounting API, error codes) and from public reports. Any other
code is a refusal, with QuickBooks' own message.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

# What happens next; of several codes, the first in this order. ``throttle``, ``down``: the cause is
# not the invoice, so all calls wait. ``us``: the cause is our app, its connection or the company,
# so nothing is filed and an operator must act. ``taken``: a document may exist already, so look.
# ``unknown``: it may have taken effect, so look and retry with the same request id. ``busy``:
# temporarily refused, so retry. ``refused``: file a failure.
Next = Literal["throttle", "down", "us", "taken", "unknown", "busy", "refused"]
ORDER: tuple[Next, ...] = ("throttle", "down", "us", "taken", "unknown", "busy", "refused")


@dataclass(frozen=True, slots=True)
class Meaning:
    """``advice`` is for a person; ``names_ids``: add the ids that were sent."""

    next: Next
    advice: str = ""
    names_ids: bool = False


OUR_MISTAKE = "This is an error of the connector: report it with this answer."
UNPAID = "The company's subscription has ended or has a billing problem: renew it."
NO_REFERENCE = "QuickBooks has nothing active with that id: it does not exist or is inactive."
TAX = (
    "Fill the tax code of the lines with the extra field line.TaxCodeRef of EXTRA_FIELDS, then"
    " replay from raw; or correct the tax settings in QuickBooks, and replay."
)
CLOSED = "The books are closed for this date: open the period in QuickBooks, then replay."

MEANINGS: dict[str, Meaning] = {
    "120": Meaning(
        "us", "The user who connected the app lacks a permission: have an administrator connect it."
    ),
    "140": Meaning("busy"),
    "150": Meaning("down"),
    "500": Meaning("refused", OUR_MISTAKE),
    "600": Meaning("taken"),
    "610": Meaning("refused", NO_REFERENCE, names_ids=True),
    "630": Meaning("taken"),
    "2010": Meaning("refused", OUR_MISTAKE),
    "2020": Meaning("refused", OUR_MISTAKE),
    "2050": Meaning(
        "refused",
        "A text is longer than QuickBooks allows: shorten what EXTRA_FIELDS fills, then replay"
        " from raw.",
    ),
    "2130": Meaning("refused", OUR_MISTAKE),
    "2140": Meaning(
        "refused", "An amount is larger than QuickBooks allows: ten digits before the point."
    ),
    "2160": Meaning("refused", OUR_MISTAKE),
    "2290": Meaning(
        "refused", "QuickBooks allows no negative amount here: correct the invoice in Metronome."
    ),
    "2500": Meaning("refused", NO_REFERENCE, names_ids=True),
    "3001": Meaning("throttle"),
    "3100": Meaning(
        "us",
        "The app is not authorised for this company, or a sandbox's tokens are used at QBO_BASE_URL"
        " https://quickbooks.api.intuit.com: check QBO_REALM_ID and QBO_BASE_URL, and connect the"
        " app again.",
    ),
    "3200": Meaning(
        "us",
        "The access token is not accepted even after renewal: connect the app again and set"
        " QBO_REFRESH_TOKEN.",
    ),
    "4000": Meaning("refused", OUR_MISTAKE),
    "4001": Meaning("refused", OUR_MISTAKE),
    "4002": Meaning(
        "refused", "Correct what it names in QuickBooks or EXTRA_FIELDS, then replay from raw."
    ),
    "5010": Meaning("busy"),
    "5020": Meaning(
        "us", "The user who connected the app, or the company's plan, lacks a permission for this."
    ),
    "6000": Meaning("refused", "Correct what it names in QuickBooks, then replay."),
    "6070": Meaning("refused", OUR_MISTAKE),
    "6100": Meaning("refused", TAX),
    "6140": Meaning("taken"),
    "6160": Meaning("refused", TAX),
    "6170": Meaning("refused", TAX),
    "6190": Meaning("us", UNPAID),
    "6200": Meaning("refused", CLOSED),
    # Closed books, but Intuit has also documented it for a duplicate number: a look decides.
    "6210": Meaning("taken", CLOSED),
    "6230": Meaning("refused", TAX),
    "6240": Meaning(
        "refused", "Another entry of QuickBooks has this name: correct it there, then replay."
    ),
    "6250": Meaning("refused", NO_REFERENCE, names_ids=True),
    "6540": Meaning("refused", "It is already deposited, so QuickBooks no longer allows changes."),
    "7001": Meaning(
        "us",
        f"{UNPAID} Or QBO_BASE_URL is the address of the other kind of company: "
        "https://sandbox-quickbooks.api.intuit.com (the default) serves sandboxes only, "
        "https://quickbooks.api.intuit.com production.",
    ),
    "10000": Meaning("unknown"),
    "-30000": Meaning("us", "The address does not name a company: check QBO_REALM_ID."),
}
UNLISTED = Meaning("refused")


def next_step(codes: Collection[str]) -> Next | None:
    """Return the next step for an answer with these codes; ``None`` if they decide nothing."""
    steps = {MEANINGS[code].next for code in codes if code in MEANINGS}
    return next((step for step in ORDER if step in steps), None)
