"""The installation as a command has it: what it tells besides its output goes to stderr."""

from functools import partial

from invoice_cli.exits import remark
from invoice_cli.output import Listing
from invoice_cli.progress import reading
from invoice_operations.installation import Installation
from invoice_operations.replay.ids import is_beginning
from invoice_operations.view.id_lookup import find_one, is_short


def installation(output: Listing = "table") -> Installation:
    """Return the installation that the environment describes, for a command with this kind of
    output.
    """
    return Installation(tell=partial(remark, output=output), progress=partial(reading, output))


def whole_id(invoice_id: str | None, installation: Installation) -> str | None:
    """Return an invoice's id, given it or its first digits.

    Raises ``InvalidRequest``, and what the broker raises.
    """
    if invoice_id is None or not is_short(invoice_id):
        return invoice_id
    return installation.view().invoice_named(invoice_id)


def whole_customer(customer_id: str | None, installation: Installation) -> str | None:
    """Return a customer's id, given it or its first digits, among those that the topics know.

    Raises as ``whole_id`` does.
    """
    if customer_id is None or not is_short(customer_id):
        return customer_id
    return installation.view().customer_named(customer_id)


def metronomes_customer(customer_id: str, installation: Installation) -> str:
    """Return a customer's id, given it or its first digits, among Metronome's. Asks no broker.

    Raises ``InvalidRequest``, and what Metronome raises.
    """
    if not is_short(customer_id):
        return customer_id
    every = installation.metronome().customer_ids()
    return find_one(
        {each for each in every if each.startswith(customer_id)}, customer_id, "customers"
    )


def whole_replay(replay_id: str, installation: Installation) -> str:
    """Return a replay's id, given it or its beginning. Raises as ``whole_id`` does."""
    if not is_beginning(replay_id):
        return replay_id
    return installation.view().replay_named(replay_id)
