"""Check that each destination has one group of creators.

Two groups would both send its invoices. Pure.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from invoice_creator.settings import destinations_of_group
from invoice_operations.check.checks import Line
from invoice_shared.kafka.groups import ConsumerGroup

PART = "creators"


def check_creators(groups: Sequence[ConsumerGroup]) -> Iterator[Line]:
    """Check the groups that read ``formatted-invoices``, as far as their names are ours."""
    taking: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        for destination in (destinations_of_group(group.name) or ()) if group.has_members else ():
            taking[destination].append(group.name)
    for destination, names in sorted(taking.items()):
        if len(names) > 1:
            yield Line(
                PART, "to fix", f"{' and '.join(names)} both take {destination}: stop all but one."
            )
    if taking and all(len(names) == 1 for names in taking.values()):
        yield Line(
            PART,
            "works",
            ", ".join(f"{name} by {names[0]}" for name, names in sorted(taking.items())),
        )
