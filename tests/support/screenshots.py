"""Whether a run makes the pictures of the docs anew: only if asked, since they show the time of
day.
"""

import os


def are_wanted() -> bool:
    """Whether INVOICES_SCREENSHOTS says so."""
    return os.environ.get("INVOICES_SCREENSHOTS") == "yes"
