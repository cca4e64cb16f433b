"""The subcommands in the order of the help; the help and completion import none of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """The module in ``commands`` of a command, and the first sentence of its docstring."""

    module: str
    summary: str


INDEX: dict[str, Listed] = {
    "check": Listed(
        "check",
        "Check settings, broker, topics, Metronome, providers and bucket, and say what to do.",
    ),
    "status": Listed(
        "status",
        "Show an invoice's history: received, formatted, failed, replayed, created.",
    ),
    "failures": Listed(
        "failures",
        "Show unresolved failures: grouped by code, one per line, or one in full.",
    ),
    "replay": Listed("replay", "Put records back on their topics, and report their results."),
    "enqueue": Listed(
        "enqueue",
        "Enqueue an invoice as if its webhook had arrived.",
    ),
    "approve": Listed(
        "approve",
        "Approve held invoices, each for exactly the total, customer and destination it was held"
        " with.",
    ),
    "resolve": Listed(
        "resolve",
        "Close a failure that was handled by hand: its invoice is not sent any more.",
    ),
    "pause": Listed(
        "pause",
        "Hold all invoices for a billing provider until `resume`: none is sent, none fails.",
    ),
    "resume": Listed("pause", "Send a paused billing provider's invoices again."),
    "reconcile": Listed(
        "reconcile",
        "Compare Metronome's finalized invoices with the ledger and with the providers.",
    ),
    "preview": Listed(
        "preview",
        "Show the document that a provider would get for an invoice of Metronome or of a file.",
    ),
    "readiness": Listed(
        "readiness",
        "Show each customer, product and currency that an invoice or a draft would fail on.",
    ),
    "console": Listed(
        "console",
        "Watch topics, waiting records and open failures.",
    ),
    "audit": Listed(
        "audit",
        "List what people resolved, approved, paused, resumed and replayed, here and in the page.",
    ),
    "digest": Listed(
        "digest",
        "Summarize what failed or is held; send it to DIGEST_WEBHOOK_URL and by mail if set.",
    ),
    "topics": Listed(
        "topics",
        "Create the topics that are missing, and compare those that exist.",
    ),
    "send-test": Listed(
        "send_test",
        "Send the webhook a signed test event, which it answers and drops.",
    ),
    "web": Listed(
        "web",
        "Serve the web page for failures, replays, approvals and reconciliation; Ctrl-C ends it.",
    ),
    "import-tfvars": Listed(
        "import_tfvars",
        "Turn the Lambda sample's Terraform variables into *.env ConfigMaps and secrets.json.",
    ),
    "demo": Listed(
        "demo",
        "Run the whole connector here against simulated systems, and show that the sums agree.",
    ),
}
