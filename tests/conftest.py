"""What every layer needs: broker, topics, S3, processes. Nothing starts before a test asks for it."""

pytest_plugins = [
    "tests.support.broker",
    "tests.support.topics",
    "tests.support.s3",
    "tests.support.services",
    "tests.support.outside",
]
