"""A provider and the client of our account there.

All exceptions of the client become our errors.
"""

import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from invoice_providers.base import (
    Begun,
    BillingProvider,
    Created,
    Found,
    Presence,
    Provider,
    Thing,
)
from invoice_providers.drafts import DraftPage, MakesDrafts
from invoice_providers.login import HasLogin, KeptLogin
from invoice_shared.errors import CallFailed, Unavailable, Uncertain
from invoice_shared.invoice import DocumentType, FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.redaction import redacted

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """See ``BillingProvider``. ``account`` is our account's name in the ledger.

    An unexpected exception must not end the process, which would meet it again after each restart.
    After a create the document may exist; after a look or read nothing is known.
    """

    provider: Provider[Any]
    client: BillingProvider
    account: str | None = None

    @property
    def name(self) -> str:
        """See ``BillingProvider``."""
        return self.provider.name

    @property
    def login(self) -> KeptLogin | None:
        """Return the login to keep alive, if it expires unless renewed."""
        return self.client.login if isinstance(self.client, HasLogin) else None

    def keep(self) -> None:
        """Keep the login alive, if there is one.

        Raises ``Unavailable`` or ``CredentialsRefused``.
        """
        with self._translated("keep", Unavailable):
            if self.login is not None:
                self.login.keep()

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """See ``BillingProvider``."""
        with self._translated("look", Unavailable):
            return self.client.look(document)

    def create(
        self, document: FormattedInvoice, *, generation: str = "", begun: Begun | None = None
    ) -> Created:
        """See ``BillingProvider``."""
        with self._translated("create", Uncertain):
            return self.client.create(document, generation=generation, begun=begun)

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        """See ``BillingProvider``."""
        with self._translated("read", Unavailable):
            return self.client.read(document_id, invoice_id=invoice_id, document_type=document_type)

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        """See ``BillingProvider``."""
        with self._translated("presence", Unavailable):
            return self.client.presence(thing, ids)

    @property
    def makes_drafts(self) -> bool:
        """Whether creates may leave drafts behind."""
        return isinstance(self.client, MakesDrafts)

    def drafts(self, since: datetime, skip: int) -> DraftPage:
        """See ``MakesDrafts``. Returns an empty page if the provider has no drafts."""
        with self._translated("drafts", Unavailable):
            return (
                self.client.drafts(since, skip)
                if isinstance(self.client, MakesDrafts)
                else DraftPage((), ())
            )

    def discard(self, draft_id: str) -> bool:
        """See ``MakesDrafts``."""
        with self._translated("discard", Unavailable):
            return isinstance(self.client, MakesDrafts) and self.client.discard(draft_id)

    def remarks(self) -> tuple[str, ...]:
        """Return remarks for the account's owner. Raises as ``look`` does."""
        with self._translated("remarks", Unavailable):
            return self.provider.remarks(self.client)

    @contextmanager
    def _translated(self, call: str, kind: type[Unavailable | Uncertain]) -> Iterator[None]:
        try:
            yield
        except CallFailed:
            raise
        except Exception as error:
            trace = redacted(traceback.format_exc())
            log.error("unexpected error", destination=self.name, call=call, traceback=trace)
            raise kind(
                f"Unexpected error of the connector with {self.provider.title}"
                f" ({type(error).__name__}). Report the details in its log."
            ) from error
