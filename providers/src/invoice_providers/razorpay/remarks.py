"""Remarks for an account's owner, including what could not be verified. Pure."""

from collections.abc import Iterable

from invoice_providers.razorpay.responses import Shown

MESSAGES = ("sms_status", "email_status")
FRESHNESS = (
    "Could not be verified: how soon the list of invoices shows a new one. The creator looks before"
    " it issues, waits up to two minutes, and issues nothing while the list is behind."
)
TEST_KEY = "The key is a test key: no payment is collected."
DIRECT = (
    "RAZORPAY_CREATE=direct: a creator that freezes between look-up and create can duplicate an"
    " invoice. RAZORPAY_CREATE=draft prevents that."
)
UNSEEN = (
    "Could not be verified: whether Razorpay messages the customer when a draft is issued, although"
    " we switch messages off. The list shows no issued invoice of the connector yet. Bill yourself"
    " first, and run this again."
)


def remarks(newest: Iterable[Shown], key_id: str, *, is_direct: bool) -> tuple[str, ...]:
    """Return a sentence per fact; ``newest`` are some of the account's invoices."""
    return (
        *((TEST_KEY,) if key_id.startswith("rzp_test_") else ()),
        *((DIRECT,) if is_direct else ()),
        _about_messages(
            [shown for shown in newest if shown.memo is not None and not shown.is_draft]
        ),
        FRESHNESS,
    )


def _about_messages(issued: list[Shown]) -> str:
    messaged = [shown for shown in issued if any(shown.tree.get(name) for name in MESSAGES)]
    if not issued:
        return UNSEEN
    if not messaged:
        return (
            f"No customer was messaged about the {len(issued)} newest listed invoices of the"
            " connector."
        )
    return (
        f"Customers were messaged about {len(messaged)} of the {len(issued)} newest invoices of the"
        f" connector, e.g. {messaged[0].id}. If EXTRA_FIELDS does not ask for it, ask Razorpay's"
        " support to switch it off."
    )
