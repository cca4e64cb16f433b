"""Choose which requests go wrong, and how. Pure; the front door applies it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any, Literal, get_args

Kind = Literal[
    "latency",  # processed, answered ``seconds`` later
    "status",  # not processed; answered with ``status``, ``headers`` and ``body``
    # processed; answered with ``status``, as by a gateway that lost the answer
    "status-after",
    "status-late",  # answered with ``status`` at once, processed ``seconds`` later
    "reset-before",  # not processed; connection reset
    "reset-after",  # processed; connection reset
    "reset-late",  # connection reset at once, processed ``seconds`` later
    "hang",  # not processed; no answer ever
    "hang-after",  # processed; no answer ever
    "hang-late",  # no answer ever, processed ``seconds`` later
    "credentials",  # not processed; the system's own 401
]

ANY_OPERATION = "*"


@dataclass(slots=True)
class Fault:
    """One rule.

    ``times`` null: until removed. ``probability`` has its own generator, so runs are repeatable.

    ``invoice_id`` matches a part of the request's invoice id. ``body`` null: the system's own body
    for ``status``. ``seconds`` null, for a late kind: processed only on release.
    """

    kind: Kind
    operation: str = ANY_OPERATION
    invoice_id: str | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 1
    seconds: float | None = 1.0
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown kind of fault: {self.kind}")
        self._random = Random(self.seed)  # noqa: S311 - repeatable draws, not a secret

    def strikes(self, operation: str, invoice_id: str | None) -> bool:
        """Whether this request is hit; draws from the generator only if the rule applies."""
        return (
            self.times != 0
            and self.operation in (ANY_OPERATION, operation)
            and (self.invoice_id is None or self.invoice_id in (invoice_id or ""))
            and self._random.random() < self.probability
        )


SETTABLE = frozenset(each.name for each in fields(Fault) if each.init)


def parse_fault(tree: Mapping[str, Any]) -> Fault:
    """Parse a fault of the control API. Raises ``ValueError`` with the reason."""
    if unknown := set(tree) - SETTABLE:
        raise ValueError(f"unknown fields of a fault: {', '.join(sorted(unknown))}")
    if "kind" not in tree:
        raise ValueError("a fault needs a kind")
    given = {name: tree[name] for name in ("probability", "seconds") if tree.get(name) is not None}
    numbers: dict[str, Any] = {name: float(value) for name, value in given.items()}
    return Fault(**{**tree, **numbers})


class Faults:
    """The active rules, oldest first; the first that strikes wins."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a rule."""
        self._rules.append(fault)

    def clear(self) -> None:
        """Remove all rules."""
        self._rules.clear()

    def choose(self, operation: str, invoice_id: str | None) -> Fault | None:
        """Return the fault for this request, if any, and count its use."""
        for fault in self._rules:
            if fault.strikes(operation, invoice_id):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
