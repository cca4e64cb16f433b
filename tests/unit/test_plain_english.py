"""The word list of the house style, for texts, docstrings, comments and pages."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Folders that are not ours, or are made by tools.
LEFT_OUT = {".venv", ".git", ".bootstrap", ".kafka", ".bench", ".tools", "node_modules"}
OPENING = re.compile(r"^[rbf]*(\"\"\"|\"|')|(\"\"\"|\"|')$|^# ?", re.IGNORECASE)

# What to write, and the pattern to avoid.
WORDS = {
    "Return, Whether or Raise": r"^\s*(?:Give|Tell|Say)s?\b",
    "is not": r"(?<!here )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|later\b)",
    "fix": r"\bmend(?:s|ed|ing)?\b",
    "delay, or what is asked for": r"\bwish(?:es|ed)?\b",
    "is in, is at": r"\b(?:lie|lies|lay|lying)\b",
    "allow, contain": r"\b(?:bears?|borne)\b",
    "the other system": r"\bother side\b",
    "again": r"\banew\b",
    "per": r"\bone (?:\w+ )?\w+ a (?:\w*partition|record|service|provider|line|customer|invoice"
    r"|topic|key|failure|day|minute|second|hour|process|replica|folder|file|test|role|event|registry"
    r"|subcommand|question|destination)\b",
    "a number, or its name": r"\bso (?:many|much|often) (?:of|seconds|times|records|a|per)\b",
    "if": r"\bwhere (?:nothing|none|no one|nobody|there (?:is|are|was|were)|it is (?:set|given)"
    r"|unset|set|known|possible|needed|given)\b",
    "skip, keep": r"\bleave alone\b",
}
# Private words that were names once, and have the field's terms now.
FORMER_NAMES = {"Trouble", "Permit", "Allowance", "agreed", "wording", "wish", "Asked", "What"} | {
    "Measure",
    "moments",
    "pace",
    "NOBODY_KNOWN",
    "MOST",
}


def tokens_of(path: Path) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(path.read_text()).readline)


def texts_of(path: Path) -> Iterator[str]:
    """Yield comments, docstrings and other strings of a module, or the lines of a page."""
    if path.suffix != ".py":
        yield from path.read_text().splitlines()
        return
    for token in tokens_of(path):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield OPENING.sub("", token.string)


def files(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.is_dir() and path.name not in LEFT_OUT:
            yield from files(path)
        elif path.suffix in (".py", ".md", ".html", ".yaml", ".yml"):
            yield path


def around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 30) : match.end() + 30].split())


def test_texts_use_the_words_of_the_field() -> None:
    found = [
        f"{path.relative_to(ROOT)}: “{around(text, match)}”: write {better}"
        for path in files(ROOT)
        if path != Path(__file__)
        for text in texts_of(path)
        for better, pattern in WORDS.items()
        for match in re.finditer(pattern, text)
    ]

    assert "\n".join(found) == ""


def test_names_are_the_terms_of_the_field() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}"
        for path in files(ROOT)
        if path.suffix == ".py"
        for token in tokens_of(path)
        if token.type == tokenize.NAME and token.string in FORMER_NAMES
    ]

    assert "\n".join(found) == ""
