"""Post a text to a Slack-compatible webhook."""

import html

from invoice_operations.clients import Posts
from invoice_operations.errors import NeedsAttention
from invoice_shared.errors import Unavailable, Uncertain
from invoice_shared.serde import dumps

HEADERS = {"Content-Type": "application/json"}


def post_text(text: str, url: str, http: Posts) -> None:
    """Post a text.

    Raises ``NeedsAttention`` if it is refused, or ``Unavailable``. Neither names the address.
    """
    # Slack's formatting guide: escape &, < and >, and nothing else.
    body = dumps({"text": html.escape(text, quote=False)})
    try:
        answer = http.post(url, body, HEADERS)
    except Uncertain as error:
        raise Unavailable(f"{error.reason} The digest may have been posted.") from error
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"The digest's webhook answered {answer.status}: try again later.")
    if not answer.is_success:
        raise NeedsAttention(
            f"The digest's webhook answered {answer.status}: correct DIGEST_WEBHOOK_URL."
        )
