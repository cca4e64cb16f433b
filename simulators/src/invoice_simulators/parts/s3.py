"""An in-memory S3 server: moto's, in a separate process."""

import sys
from urllib.request import ProxyHandler, Request, build_opener

from invoice_simulators.parts.processes import ProcessGroup, free_port

# What a client needs besides ``AWS_ENDPOINT_URL_S3``. The server does not check it.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "simulated",
    "AWS_SECRET_ACCESS_KEY": "simulated",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def start_s3(group: ProcessGroup, buckets: tuple[str, ...] = (), port: int | None = None) -> str:
    """Start the server, wait until it answers, create the buckets; return its endpoint URL.

    Raises ``NotReadyError``.
    """
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    pid = group.start("s3", command, env=ENVIRONMENT)
    group.wait_until_ready(pid, f"{url}/moto-api/")
    for bucket in buckets:
        create_bucket(url, bucket)
    return url


def create_bucket(url: str, bucket: str) -> None:
    """Create a bucket in the server at ``url``."""
    request = Request(f"{url}/{bucket}", method="PUT")  # noqa: S310 - our own loopback URL
    with build_opener(ProxyHandler({})).open(request, timeout=10):
        pass
