"""A real Apache Kafka, one KRaft node, from its Maven Central jars on a local Java 17."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.ports import LOOPBACK, free_port, is_listening
from tests.support.processes import Process
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
POM = Path(__file__).parent / "kafka" / "pom.xml"
LIB = ROOT / ".kafka" / "lib"
JAVA = "17"

# The short broker session readmits a killed broker at once.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}/log
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=10485760
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


class JarsBroker:
    """Starts in about 4 s; ``kill`` and ``restart`` keep port and data."""

    name = "Apache Kafka 4.1.0 from jars"
    is_real = True

    def __init__(self) -> None:
        self._port = free_port()
        self.bootstrap_servers = f"{LOOPBACK}:{self._port}"
        self._data = Path(tempfile.mkdtemp(prefix="invoice-kafka-"))
        self._config = self._data / "server.properties"
        command = java("kafka.Kafka", str(self._config))
        self._process = Process("kafka", command, env=java_environment(), directory=self._data)

    @staticmethod
    def is_available() -> bool:
        """Whether this machine has Java 17 or later and the jars, or Maven to get them."""
        return _java_version() >= int(JAVA) and (_has_jars() or shutil.which("mvn") is not None)

    def start(self) -> None:
        """Fetch the jars if they are missing, format a log directory, start, and wait until it
        answers.
        """
        if not _has_jars():
            _fetch_jars()
        self._config.write_text(self._properties())
        _run_tool(
            "kafka.tools.StorageTool",
            "format",
            "-t",
            _run_tool("kafka.tools.StorageTool", "random-uuid"),
            "-c",
            str(self._config),
        )
        self._start_process()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()

    def restart(self) -> None:
        """Start again on the same port with the same data."""
        if self._process.is_running():
            self._process.terminate(timeout=60)
        self._start_process()

    def save(self) -> None:
        """Keep a copy of the data as it is; the broker is down meanwhile."""
        self._process.terminate(timeout=60)
        shutil.copytree(self._data / "log", self._data / "saved")
        self._start_process()

    def restore(self) -> None:
        """Restore the copy like a backup: what was written since is lost."""
        self._process.terminate(timeout=60)
        shutil.rmtree(self._data / "log")
        shutil.copytree(self._data / "saved", self._data / "log")
        self._start_process()

    def stop(self) -> None:
        """Stop for good and remove the data."""
        self._process.stop(grace=2)
        shutil.rmtree(self._data, ignore_errors=True)

    def _properties(self) -> str:
        return PROPERTIES.format(
            host=LOOPBACK, port=self._port, controller=free_port(), data=self._data
        )

    def _start_process(self) -> None:
        self._process.start()
        eventually(self._is_up_or_dead, timeout=60)
        if not self._process.is_running():
            raise RuntimeError(f"Kafka did not start:\n{self._process.output()[-4000:]}")

    def _is_up_or_dead(self) -> bool:
        return is_listening(self._port) or not self._process.is_running()


def java(main: str, *arguments: str) -> list[str]:
    """Return the command line of one of Kafka's own classes."""
    return ["java", "-Xmx768m", "-XX:TieredStopAtLevel=1", "-cp", f"{LIB}/*", main, *arguments]


def java_environment() -> dict[str, str]:
    """Return only what Java needs to be found."""
    return {name: os.environ[name] for name in ("PATH", "JAVA_HOME", "HOME") if name in os.environ}


def _run_tool(main: str, *arguments: str) -> str:
    done = subprocess.run(
        java(main, *arguments), env=java_environment(), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _java_version() -> int:
    if shutil.which("java") is None:
        return 0
    found = re.search(
        r'version "(\d+)',
        subprocess.run(["java", "-version"], check=False, capture_output=True, text=True).stderr,
    )
    return int(found[1]) if found else 0


def _has_jars() -> bool:
    return (LIB / "kafka_2.13-4.1.0.jar").exists()


def _fetch_jars() -> None:
    """Fetch into another directory and move it into place as a whole, so that an interrupted
    download leaves nothing that looks complete.
    """
    LIB.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=LIB.parent) as aside:
        lib = Path(aside) / "lib"
        command = [
            "mvn",
            "-q",
            "-B",
            "-f",
            str(POM),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={lib}",
        ]
        subprocess.run(command, check=True, timeout=240)
        try:
            lib.rename(LIB)
        except OSError:
            if not _has_jars():  # otherwise another worker of this run was faster
                raise
