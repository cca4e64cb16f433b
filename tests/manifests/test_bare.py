"""`.ci/bare`: a machine that has only Python, git and make."""

import subprocess
from pathlib import Path

REPO = Path(__file__).parents[2]


def bare(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [REPO / ".ci/bare", *command], capture_output=True, text=True, check=False
    )


def test_an_environment_made_on_the_bare_path_survives_it(tmp_path: Path) -> None:
    made = bare("python3", "-m", "venv", "--without-pip", str(tmp_path / "venv"))
    assert made.returncode == 0, made.stderr
    later = subprocess.run(
        [tmp_path / "venv/bin/python", "-c", "print('here')"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert later.stdout == "here\n"


def test_the_path_contains_no_java_no_docker_and_no_maven() -> None:
    for program in ("java", "docker", "mvn", "go"):
        assert bare("sh", "-c", f"command -v {program}").returncode != 0
