"""Whether a run creates the screenshots of the docs again: only on request, since they show the
time of day.
"""

import os


def are_wanted() -> bool:
    """Whether INVOICES_SCREENSHOTS says so."""
    return os.environ.get("INVOICES_SCREENSHOTS") == "yes"
