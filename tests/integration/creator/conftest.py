"""The world of one test."""

import pytest

from tests.integration.creator.world import World
from tests.support.outside import Outside
from tests.support.services import StartService
from tests.support.topics import Topics


@pytest.fixture
def world(start_service: StartService, outside: Outside, topics: Topics) -> World:
    """Return fresh topics, a fresh Metronome and a fresh NetSuite."""
    return World(start_service, outside, topics)
