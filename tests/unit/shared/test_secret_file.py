import os
from pathlib import Path

import pytest

from invoice_shared.secret_file import SecretFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(" first\n")
    return tmp_path / "secret"


def test_surrounding_white_space_is_removed(path: Path) -> None:
    assert SecretFile(path).read() == "first"


def test_a_changed_file_is_read_again(path: Path) -> None:
    file = SecretFile(path)
    file.read()

    path.write_text("the second")

    assert file.read() == "the second"


def test_a_replaced_file_is_read_even_if_its_times_and_length_are_the_same(
    path: Path, tmp_path: Path
) -> None:
    file = SecretFile(path)
    file.read()
    other = tmp_path / "other"
    other.write_text(" other\n")
    seen = path.stat()
    os.utime(other, ns=(seen.st_atime_ns, seen.st_mtime_ns))

    other.rename(path)

    assert file.read() == "other"


def test_a_symbolic_link_that_kubernetes_redirects_is_followed(
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    link = tmp_path / "secret"
    link.symlink_to(tmp_path / "one")
    file = SecretFile(link)
    assert file.read() == "one"

    (tmp_path / "next").symlink_to(tmp_path / "two")
    (tmp_path / "next").rename(link)

    assert file.read() == "two"


def test_a_missing_file_yields_nothing_until_it_is_back(path: Path) -> None:
    file = SecretFile(path)
    file.read()

    path.unlink()
    assert file.read() is None

    path.write_text("back")
    assert file.read() == "back"


def test_a_file_that_is_not_text_yields_nothing(path: Path) -> None:
    path.write_bytes(b"\xff")

    assert SecretFile(path).read() is None
