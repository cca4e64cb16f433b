"""The targets of the pages' links exist: files, headings, and the functions of "Follow one
invoice".
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(file), f"{target} has no such heading"


def test_the_path_of_an_invoice_names_functions_that_exist() -> None:
    table = (ROOT / "README.md").read_text().split("## Follow one invoice")[1].split("\n## ")[0]
    for row in re.findall(r"^\| [^|]+\|([^|]+)\|([^|]+)\|$", table, re.MULTILINE)[1:]:
        files = re.findall(r"\]\(([^)]+)\)", row[0])
        for file, function in zip(files, re.findall(r"`([\w.]+)`", row[1]), strict=True):
            source = (ROOT / file).resolve().read_text()
            owner, _, name = function.rpartition(".")
            assert f"def {name}(" in source
            assert not owner or f"class {owner}" in source
