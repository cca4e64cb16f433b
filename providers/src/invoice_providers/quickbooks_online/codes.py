"""What each of Intuit's codes means for a create, and what a person does about it. Pure.

The codes are the reference's (Accounting API, error codes) and those of public reports. Whatever is
not listed is a refusal, in QuickBooks' own words.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

# What happens next, the first of several codes' in this order. ``throttle``, ``down``: about the
# company's calls, whatever the invoice: all wait. ``us``: our app, its connection or the company:
# nothing is filed, and an operator acts. ``taken``: a document may be there already: look.
# ``unknown``: it may have been carried out: look, and send it again under the same request id.
# ``busy``: refused, but it passes by itself: try again. ``refused``: filed, and told.
Next = Literal["throttle", "down", "us", "taken", "unknown", "busy", "refused"]
ORDER: tuple[Next, ...] = ("throttle", "down", "us", "taken", "unknown", "busy", "refused")


@dataclass(frozen=True, slots=True)
class Meaning:
    """``advice`` is what a person does; ``names_ids`` if the ids that were sent belong to it."""

    next: Next
    advice: str = ""
    names_ids: bool = False


OUR_MISTAKE = "This is a mistake of the connector's: report it with this answer."
UNPAID = "The company's subscription has ended or has a billing problem: renew it."
NO_REFERENCE = (
    "QuickBooks has nothing active under that id: it does not exist, or somebody made it inactive."
)
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
        "A text is longer than QuickBooks takes: shorten what EXTRA_FIELDS fills, then replay from"
        " raw.",
    ),
    "2130": Meaning("refused", OUR_MISTAKE),
    "2140": Meaning(
        "refused", "An amount is more than QuickBooks takes: ten digits before the point."
    ),
    "2160": Meaning("refused", OUR_MISTAKE),
    "2290": Meaning(
        "refused", "QuickBooks takes no negative amount here: correct the invoice in Metronome."
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
        "refused", "Correct in QuickBooks or in EXTRA_FIELDS what it says, then replay from raw."
    ),
    "5010": Meaning("busy"),
    "5020": Meaning(
        "us", "The user who connected the app, or the company's plan, lacks a permission for this."
    ),
    "6000": Meaning("refused", "Correct in QuickBooks what it says, then replay."),
    "6070": Meaning("refused", OUR_MISTAKE),
    "6100": Meaning("refused", TAX),
    "6140": Meaning("taken"),
    "6160": Meaning("refused", TAX),
    "6170": Meaning("refused", TAX),
    "6190": Meaning("us", UNPAID),
    "6200": Meaning("refused", CLOSED),
    # Closed books, but Intuit has also printed it for a duplicate number: a look tells them apart.
    "6210": Meaning("taken", CLOSED),
    "6230": Meaning("refused", TAX),
    "6240": Meaning(
        "refused", "Another entry of QuickBooks has this name: correct it there, then replay."
    ),
    "6250": Meaning("refused", NO_REFERENCE, names_ids=True),
    "6540": Meaning(
        "refused", "It is deposited already, and QuickBooks changes nothing more about it."
    ),
    "7001": Meaning(
        "us",
        f"{UNPAID} Or QBO_BASE_URL is the address of the other kind of company: "
        "https://sandbox-quickbooks.api.intuit.com (the default) serves sandboxes only, "
        "https://quickbooks.api.intuit.com production.",
    ),
    "10000": Meaning("unknown"),
    "-30000": Meaning("us", "The address names no company: check QBO_REALM_ID."),
}
UNLISTED = Meaning("refused")


def next_step(codes: Collection[str]) -> Next | None:
    """Return what happens next after an answer with these codes; ``None`` if they decide nothing."""
    steps = {MEANINGS[code].next for code in codes if code in MEANINGS}
    return next((step for step in ORDER if step in steps), None)
