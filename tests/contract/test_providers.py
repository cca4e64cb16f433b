"""The suite of the providers on each simulated one, and on each real sandbox that the environment
names.

Beside it, what the creator concludes: see ``invoice_providers.testing`` and ``provider_cases``.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from invoice_providers.names import destinations
from invoice_providers.testing import ProviderCase, ProviderContract
from invoice_shared.clock import SystemClock
from invoice_shared.errors import Rejected
from tests.contract.provider_cases import sandbox, simulated
from tests.support.waiting import eventually
from tests.unit.providers.creating import settled

PLACES = {"simulated": simulated, "sandbox": sandbox}


class TestProviders(ProviderContract):
    @pytest.fixture(
        params=[(place, name) for place in PLACES for name in destinations()], ids="-".join
    )
    def case(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ProviderCase]:
        place, destination = request.param
        with PLACES[place](destination, tmp_path) as found:
            yield found

    def test_the_creator_ends_a_repeat_with_the_same_document(self, case: ProviderCase) -> None:
        client = case.connect()
        document = case.invoice()
        created = settled(client.client, document, SystemClock())
        eventually(lambda: client.look(document))

        again = settled(client.client, document.changed(due_date=None), SystemClock())

        assert again.document_id == created.document_id

    def test_the_creator_reports_another_total_under_a_taken_id_as_a_conflict(
        self, case: ProviderCase
    ) -> None:
        client = case.connect()
        document = case.invoice()
        client.create(document)
        eventually(lambda: client.look(document))
        changes = {"total": Decimal("99.00"), "line_items": (case.line(amount="99.00"),)}

        with pytest.raises(Rejected) as conflict:
            settled(
                client.client,
                case.invoice(invoice_id=document.invoice_id, **changes),
                SystemClock(),
            )

        assert conflict.value.code == "conflicting-document"
