"""``invoices audit``: what people decided, when and why."""

from datetime import UTC, datetime

from invoice_cli.options import ListingOption, SinceOption
from invoice_cli.output import print_csv, print_json, print_table
from invoice_operations.decide.audit import decisions
from invoice_operations.installation import Installation
from invoice_operations.times import parse_moment
from invoice_shared.settings import read

COLUMNS = (
    "at",
    "kind",
    "subject",
    "by",
    "via",
    "why",
    "failure_id",
    "document_id",
    "replay_id",
    "count",
)


def audit(since: SinceOption = None, output: ListingOption = "table") -> None:
    """List what people resolved, approved, paused, resumed and replayed, here and in the page."""
    installation = Installation(read)
    begin = parse_moment(since, datetime.now(UTC)) if since else None
    topic = installation.kafka.invoice_decisions_topic
    found = decisions(installation.reader(), topic, begin)
    if output == "json":
        print_json([each.model_dump(exclude={"schema_version"}) for each in found])
        return
    rows = [{name: getattr(each, name) for name in COLUMNS} for each in found]
    if output == "csv":
        print_csv(rows, COLUMNS)
    else:
        print_table(rows)
