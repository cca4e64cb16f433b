"""The whole connector as a black box: nothing here imports a service or the shared library."""

import pytest

from tests.e2e.connector import Connector
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import StartService
from tests.support.topics import Topics


@pytest.fixture
def connector(
    start_service: StartService, outside: Outside, topics: Topics, s3: Bucket
) -> Connector:
    """Return a connector with its topics and bucket in place; the test starts the services that it
    needs.
    """
    return Connector(start_service, outside, topics, s3)
