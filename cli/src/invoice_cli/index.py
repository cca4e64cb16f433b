"""The subcommands in the order of the help, so that the help and a shell's completion import none
of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """The module in ``commands`` whose function has the command's name, and how its docstring begins."""

    module: str
    summary: str


INDEX: dict[str, Listed] = {
    "check": Listed(
        "check",
        "Look at settings, broker, topics, Metronome, each configured provider and the bucket; say"
        " what to do.",
    ),
    "status": Listed(
        "status",
        "Show an invoice's whole way: received, formatted, failed, replayed, created; with topic,"
        " partition, offset.",
    ),
    "failures": Listed(
        "failures",
        "Show what failed and is not resolved: grouped by code, one by one, or a single failure in"
        " full.",
    ),
    "replay": Listed("replay", "Put records back on their topics, and tell what becomes of them."),
    "enqueue": Listed(
        "enqueue",
        "Bring an invoice in as if its webhook had come.",
    ),
    "approve": Listed(
        "approve",
        "Let held invoices go: for exactly the total, customer and destination that each was held"
        " with.",
    ),
    "resolve": Listed(
        "resolve",
        "Close a failure that was handled by hand: its invoice is held back from now on, and who"
        " and why is kept.",
    ),
    "pause": Listed(
        "pause",
        "Hold everything for a billing provider back: nothing is sent to it and nothing fails until"
        " `resume`.",
    ),
    "resume": Listed("pause", "Let a paused billing provider's invoices go on."),
    "reconcile": Listed(
        "reconcile",
        "Compare Metronome's finalized invoices with what was created, skipped or failed, and with"
        " the providers.",
    ),
    "preview": Listed(
        "preview",
        "Show the document that a provider would get for an invoice of Metronome's, or of a file.",
    ),
    "readiness": Listed(
        "readiness",
        "Show every customer, product and currency that an invoice would fail on, drafts included.",
    ),
    "console": Listed(
        "console",
        "Watch topics, what waits for whom, and open failures.",
    ),
    "audit": Listed(
        "audit",
        "List the decisions of people: resolved, approved, paused, resumed, replayed; from here and"
        " from the page.",
    ),
    "digest": Listed(
        "digest",
        "Show what failed or is held, by reason, with money and age: here, and by"
        " DIGEST_WEBHOOK_URL and mail if set.",
    ),
    "topics": Listed(
        "topics",
        "Create the five topics where they are missing; compare those that exist.",
    ),
    "send-test": Listed(
        "send_test",
        "Send the webhook a signed event that concerns no invoice: it is answered, and goes no"
        " further.",
    ),
    "web": Listed(
        "web",
        "Serve the page where failures are understood, replayed, approved, resolved and reconciled;"
        " Ctrl-C ends it.",
    ),
    "import-tfvars": Listed(
        "import_tfvars",
        "Turn the Lambda sample's Terraform variables into ConfigMaps (*.env) and Secrets"
        " (secrets.json).",
    ),
    "demo": Listed(
        "demo",
        "Run the whole connector on this machine against simulated systems, and show that the sums"
        " agree.",
    ),
}
