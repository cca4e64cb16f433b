"""A process that renews for ever, to be killed: ``python -m … STORE USED``.

Its login counts: refresh token ``r7`` returns ``a8`` and ``r8``, as often as it is asked. Each
access token is written to ``USED`` before the next one is requested: that is its first use.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from invoice_providers.oauth.file_store import FileTokenStore
from invoice_providers.oauth.grant import Grant
from invoice_providers.oauth.token_chain import TokenChain
from invoice_providers.oauth.tokens import Tokens
from invoice_shared.clock import SystemClock
from invoice_shared.errors import Unavailable
from tests.unit.providers.oauth.fakes import OURS, WORDS

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def renew(refresh_token: str) -> Tokens:
    """Return the next tokens, which are due at once."""
    number = int(refresh_token[1:]) + 1
    return Tokens(refresh_token=f"r{number}", access_token=f"a{number}", renew_at=LONG_AGO)


def main() -> None:
    """Renew until killed."""
    store = FileTokenStore(Path(sys.argv[1]), "QBO_TOKEN_STORE")
    used = os.open(sys.argv[2], os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    chain = TokenChain(store, Grant(OURS, lambda: "r0", renew, WORDS), SystemClock())
    while True:
        try:
            token = chain.current()
        except Unavailable:  # another process is renewing
            continue
        os.write(used, f"{token}\n".encode())


if __name__ == "__main__":
    main()
