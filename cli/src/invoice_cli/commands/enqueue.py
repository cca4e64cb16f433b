"""``invoices enqueue``: put one invoice on the raw topic."""

from typing import Annotated

import typer

from invoice_cli.installation import installation as this_installation
from invoice_cli.installation import metronomes_customer
from invoice_cli.options import ByOption, OutputOption
from invoice_cli.output import show
from invoice_cli.person import person
from invoice_operations.enqueue.run import enqueue as carry_out


def enqueue(
    invoice_id: Annotated[str, typer.Argument(help="Metronome's invoice id.")],
    customer_id: Annotated[
        str, typer.Option(help="Metronome's id of its customer; the first digits are enough.")
    ],
    by: ByOption = None,
    output: OutputOption = "table",
) -> None:
    """Enqueue an invoice as if its webhook had arrived.

    A document that exists already is found, not created again.
    """
    installation = this_installation(output)
    whose = metronomes_customer(customer_id, installation)
    decision = carry_out(invoice_id, whose, installation, person(by))
    show([decision.model_dump(include={"kind", "subject", "by", "at"})], output)
