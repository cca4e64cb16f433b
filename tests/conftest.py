"""Fixtures for every layer: broker, topics, S3, processes.

Nothing starts before a test asks for it.
"""

import signal

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.broker",
    "tests.support.forgetful",
    "tests.support.outside",
    "tests.support.s3",
    "tests.support.services",
    "tests.support.topics",
]

# A shell that runs the tests in the background makes them ignore SIGINT, and with them every
# program that they interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests assert no timing. By default an example that takes 0.2 s fails, as it may on busy cores.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
