"""The world of one test."""

import pytest

from tests.integration.formatter.world import World
from tests.support.outside import Outside
from tests.support.topics import Topics


@pytest.fixture
def world(topics: Topics, outside: Outside) -> World:
    """Return fresh topics and a fresh Metronome."""
    return World(topics, outside)
