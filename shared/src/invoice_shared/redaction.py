"""Mask credentials in other systems' texts before they are logged, filed or passed on.

A provider may quote our own request, including its headers.
"""

import re

from invoice_shared.own_secrets import OWN

NAMES = r"oauth_\w+|\w*_token|client_(?:secret|assertion)|api_?key|password"
CREDENTIAL = re.compile(
    # "Basic plan" is not a credential: those contain a digit, an inner capital or a sign.
    r"\b(?P<kept>bearer\s+|basic\s+(?=\S+(?-i:[A-Z0-9=+/]))"
    # Unquoted, quoted, or quoted inside JSON text, where a backslash precedes each quote.
    rf'|(?:{NAMES})\\*"?\s*[:=]\s*\\*"?)'
    r'[^"\s,&\\]+',
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """Replace our secrets, and all that looks like a credential, by ``[redacted]``."""
    return CREDENTIAL.sub(r"\g<kept>[redacted]", OWN.masked(text))
