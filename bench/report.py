"""What a program found: figures of all competitors, told as a table and kept as JSON."""

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.figures import spread

OURS = "connector"
KEPT = Path(__file__).parents[1] / ".bench" / "results"

# The results of one round, by what was measured and its unit: ``{"CPU ms per document": 1.4}``.
Measures = Mapping[str, float]

# Plays one round.
Competitor = Callable[[], Measures]


def conditions_now() -> dict[str, str]:
    """Return the machine, the time and the load, which belong to each figure."""
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "load": " ".join(f"{each:.1f}" for each in os.getloadavg()),
    }


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound for our median of a measure, or for its ratio to another competitor's."""

    measure: str
    at_most: float | None = None
    at_least: float | None = None
    compared_to: str | None = None

    @property
    def wanted(self) -> str:
        """The bound in words."""
        bound = f"≤ {self.at_most}" if self.at_most is not None else f"≥ {self.at_least}"
        return f"{bound} of {self.compared_to}" if self.compared_to else bound

    def reached(self, value: float) -> bool:
        """Whether a value is within the bound."""
        return (self.at_most is None or value <= self.at_most) and (
            self.at_least is None or value >= self.at_least
        )


@dataclass(slots=True)
class Report:
    """``rounds`` holds each competitor's measures, round by round; ``skipped`` says who could not
    play, and why.
    """

    question: str
    rounds: dict[str, list[dict[str, float]]]
    goals: Sequence[Goal] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=conditions_now)

    def values(self, competitor: str, measure: str) -> list[float]:
        """Return a competitor's values of a measure; none if it does not have it."""
        return [each[measure] for each in self.rounds.get(competitor, ()) if measure in each]

    def value(self, goal: Goal) -> float | None:
        """Return what a goal is about; ``None`` if its competitor was skipped."""
        ours = self.values(OURS, goal.measure)
        if goal.compared_to is None:
            return median(ours)
        theirs = self.values(goal.compared_to, goal.measure)
        return median(ours) / median(theirs) if theirs else None


def in_turns(
    competitors: Mapping[str, Competitor], rounds: int
) -> dict[str, list[dict[str, float]]]:
    """Let all competitors play round by round, so that what else the machine does hits all of
    them.
    """
    found: dict[str, list[dict[str, float]]] = {name: [] for name in competitors}
    for _ in range(rounds):
        for name, play in competitors.items():
            found[name].append(dict(play()))
    return found


def publish(report: Report, name: str) -> None:
    """Print a report as a table, and keep it as ``.bench/results/{name}.json``."""
    report.conditions["load at the end"] = f"{os.getloadavg()[0]:.1f}"
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = asdict(report) | {"reached": [list(row) for row in goal_rows(report)]}
    (KEPT / f"{name}.json").write_text(json.dumps(kept, indent=2, ensure_ascii=False))
    print(table(report), flush=True)


def table(report: Report) -> str:
    """Return the report as Markdown: minimum / median / maximum of the rounds, then the goals."""
    lines = [f"## {report.question}", ""]
    lines += [f"{name}: {value}" for name, value in report.conditions.items()]
    for measure in measures_of(report):
        lines += ["", f"| {measure} | min / median / max | connector : this one |", "|---|---|---|"]
        lines += [
            row(report, measure, name) for name in report.rounds if report.values(name, measure)
        ]
    lines += [f"skipped: {name} ({why})" for name, why in report.skipped.items()]
    return "\n".join(
        [*lines, "", *("{}: {} ({}): {}".format(*each) for each in goal_rows(report)), ""]
    )


def measures_of(report: Report) -> list[str]:
    """Return all that was measured, in the order of the first competitor that has it."""
    rounds = (each for played in report.rounds.values() for each in played[:1])
    return list(dict.fromkeys(measure for each in rounds for measure in each))


def row(report: Report, measure: str, competitor: str) -> str:
    """Return one competitor's row of a table."""
    theirs, ours = report.values(competitor, measure), report.values(OURS, measure)
    ratio = f"{median(ours) / median(theirs):.2f}" if ours and median(theirs) else ""
    return f"| {competitor} | {spread(theirs)} | {ratio} |"


def goal_rows(report: Report) -> list[tuple[str, str, str, str]]:
    """Return a row per goal: what, ours, wanted, whether it is reached."""
    rows = []
    for goal in report.goals:
        value = report.value(goal)
        told = "not measured" if value is None else f"{value:.3g}"
        verdict = "-" if value is None else "reached" if goal.reached(value) else "missed"
        rows.append((f"{report.question}: {goal.measure}", told, goal.wanted, verdict))
    return rows
