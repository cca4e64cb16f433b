"""Leaving credentials out of what other systems said before it is logged, filed or passed on.

A provider may quote our own request back at us, headers included.
"""

import re

from invoice_shared.own_secrets import OWN

NAMES = r"oauth_\w+|\w*_token|client_(?:secret|assertion)|api_?key|password"
CREDENTIAL = re.compile(
    # "Basic plan" is no credential: those have a digit, an inner capital or a sign.
    r"\b(?P<kept>bearer\s+|basic\s+(?=\S+(?-i:[A-Z0-9=+/]))"
    # Quoted or not, and quoted inside of a JSON text, where a backslash stands before each quote.
    rf'|(?:{NAMES})\\*"?\s*[:=]\s*\\*"?)'
    r'[^"\s,&\\]+',
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """Replace what is a secret of ours, or looks like a credential, by ``[redacted]``; all else
    stays.
    """
    return CREDENTIAL.sub(r"\g<kept>[redacted]", OWN.masked(text))
