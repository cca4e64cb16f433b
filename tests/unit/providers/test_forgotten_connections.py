"""A gateway silently forgets an idle connection, and answers the next packet on it with a reset."""

import pytest

from invoice_providers.http import Anonymous, Http
from invoice_shared.errors import Uncertain
from invoice_shared.outgoing.outgoing import Reach
from tests.support.forgetful import Forgetful


def test_a_read_is_repeated_on_a_fresh_connection(forgetful: Forgetful) -> None:
    http = Http("NetSuite", Anonymous, Reach(5))

    assert [http.get(forgetful.url, {}).status for _ in range(3)] == [200, 200, 200]
    assert forgetful.connections == 3


def test_a_create_that_was_sent_is_not_sent_again(forgetful: Forgetful) -> None:
    http = Http("NetSuite", Anonymous, Reach(5))
    http.get(forgetful.url, {})

    with pytest.raises(Uncertain):
        http.post(forgetful.url, b"{}", {})
    assert forgetful.connections == 1


def test_a_connection_that_was_idle_for_long_is_not_reused(forgetful: Forgetful) -> None:
    http = Http("NetSuite", Anonymous, Reach(5, idle_seconds=0))
    http.get(forgetful.url, {})

    assert http.post(forgetful.url, b"{}", {}).status == 200
    assert forgetful.connections == 2
