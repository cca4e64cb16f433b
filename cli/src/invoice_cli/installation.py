"""The installation of a command: its remarks and its progress go to stderr."""

from functools import partial

from invoice_cli.exits import remark
from invoice_cli.output import Listing
from invoice_cli.progress import reading
from invoice_operations.installation import Installation
from invoice_operations.replay.ids import is_beginning
from invoice_operations.view.id_lookup import find_one, is_short


def installation(output: Listing = "table") -> Installation:
    """Return the environment's installation for a command with this kind of output."""
    return Installation(tell=partial(remark, output=output), progress=partial(reading, output))


def whole_id(invoice_id: str | None, installation: Installation) -> str | None:
    """Return the invoice id that this is, or that begins with it.

    Raises ``InvalidRequest`` and the broker's errors.
    """
    if invoice_id is None or not is_short(invoice_id):
        return invoice_id
    return installation.view().invoice_named(invoice_id)


def whole_customer(customer_id: str | None, installation: Installation) -> str | None:
    """Return the customer id in the topics that this is, or that begins with it.

    Raises as ``whole_id`` does.
    """
    if customer_id is None or not is_short(customer_id):
        return customer_id
    return installation.view().customer_named(customer_id)


def metronomes_customer(customer_id: str, installation: Installation) -> str:
    """Return Metronome's customer id that this is, or that begins with it. Reads no topic.

    Raises ``InvalidRequest`` and Metronome's errors.
    """
    if not is_short(customer_id):
        return customer_id
    every = installation.metronome().customer_ids()
    return find_one(
        {each for each in every if each.startswith(customer_id)}, customer_id, "customers"
    )


def whole_replay(replay_id: str, installation: Installation) -> str:
    """Return the replay id that this is, or that begins with it. Raises as ``whole_id`` does."""
    if not is_beginning(replay_id):
        return replay_id
    return installation.view().replay_named(replay_id)
