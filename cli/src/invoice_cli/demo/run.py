"""Run the demo from start to end, and print its result."""

import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from invoice_cli.demo.delivery import curl_example, deliver_all
from invoice_cli.demo.elsewhere import read_world, wait_until_up
from invoice_cli.demo.report import Report, report
from invoice_cli.demo.results import NotSettledError, archived_failures, wait_for_outcomes
from invoice_cli.demo.world import World, start_page, start_parts, start_services
from invoice_cli.exits import Exit
from invoice_cli.interrupt import Interrupt
from invoice_cli.output import Output, print_json
from invoice_cli.terminal import terminal
from invoice_operations.amounts import amount_text
from invoice_simulators.client import ControlClient, MetronomeControl
from invoice_simulators.metronome.webhooks import finalized_event
from invoice_simulators.parts.processes import NotReadyError, ProcessGroup
from invoice_simulators.scenario import Scenario, scenario


def run(count: int, seed: int, output: Output, *, keep: bool) -> Exit:
    """Start everything, deliver, compare.

    No process is left when this returns or raises.
    """
    interrupt, console = Interrupt(), console_of(output)
    folder = Path(tempfile.mkdtemp(prefix="invoices-demo-"))
    try:
        with (
            ProcessGroup(folder, interrupt.check) as parts,
            ProcessGroup(folder, interrupt.check) as services,
        ):
            with console.status(
                "Starting a broker, an S3 server, Metronome and NetSuite (simulated) and the four"
                " services"
            ):
                world = start_services(services, *start_parts(parts))
            is_as_expected = _drive(world, scenario(count, seed), console, output, interrupt.check)
            if keep:
                page = start_page(services, world, folder)
                _keep(world, scenario(1, seed + 1), console, folder, page)
                interrupt.wait()
                interrupt.check()
    except (NotReadyError, NotSettledError) as error:
        console.print(str(error), style="red")
        is_as_expected = False
    except KeyboardInterrupt:
        console.print("Stopped; no process is left.")
        return Exit.ATTENTION
    if not is_as_expected:
        console.print(f"The logs of all processes are in {folder}")
        return Exit.ATTENTION
    shutil.rmtree(folder)
    return Exit.DONE


def console_of(output: Output) -> Console:
    """Return the console for progress: stderr if a program reads the result on stdout."""
    return terminal(stderr=output == "json")


def run_elsewhere(world_file: Path, count: int, seed: int, output: Output) -> Exit:
    """Deliver to a connector that runs already, and compare."""
    interrupt, console = Interrupt(), console_of(output)
    world = read_world(world_file)
    try:
        with console.status("Waiting for the connector"):
            wait_until_up(world)
        is_as_expected = _drive(world, scenario(count, seed), console, output, interrupt.check)
        return Exit.DONE if is_as_expected else Exit.ATTENTION
    except (NotReadyError, NotSettledError) as error:
        console.print(str(error), style="red")
        return Exit.ATTENTION


def _drive(
    world: World, month: Scenario, console: Console, output: Output, check: Callable[[], None]
) -> bool:
    check()
    metronome = MetronomeControl(world.systems["metronome"]["url"])
    metronome.seed_customers(month.customers)
    metronome.seed_contracts(month.contracts)
    metronome.seed_invoices(month.invoices)
    accepted = {event["properties"]["invoice_id"] for event in month.deliveries}
    with Progress(console=console) as progress:
        delivering = progress.add_task("Delivering signed webhooks", total=len(month.deliveries))
        for _status in deliver_all(
            world.webhook_url, world.systems["metronome"]["webhook_secret"], month.deliveries
        ):
            progress.advance(delivering)
            check()
        settling = progress.add_task("Settling invoices", total=len(accepted))

        def settled(count: int) -> None:
            progress.update(settling, completed=count)
            check()

        outcomes = wait_for_outcomes(world, accepted, settled)
    check()
    archived = archived_failures(
        world, {name for name, end in outcomes.items() if end.outcome == "failed"}
    )
    netsuite = ControlClient(world.systems["netsuite"]["url"])
    # A connector that runs already contains earlier months, too.
    known = {invoice["id"] for invoice in month.invoices}
    documents = [document for document in netsuite.documents() if document["external_id"] in known]
    found = report(month.invoices, accepted, outcomes, documents)
    if output == "json":
        print_json(
            {"deliveries": len(month.deliveries), **found.document(), "archived": len(archived)}
        )
    else:
        _show(found, deliveries=len(month.deliveries), archived=len(archived), console=console)
    return not found.problems


def _show(found: Report, *, deliveries: int, archived: int, console: Console) -> None:
    ends = Table(
        "end",
        "reason",
        "invoices",
        title=f"{deliveries} deliveries of {found.outcomes.total()} invoices",
    )
    for (end, code), count in sorted(found.outcomes.items()):
        ends.add_row(end, code, str(count))
    sums = Table(title="The money, in major units")
    for heading in (
        "currency",
        "finalized",
        "not to send",
        "NetSuite",
        "failures",
        "difference",
    ):
        sums.add_column(heading, justify="left" if heading == "currency" else "right")
    for each in found.sums:
        amounts = (
            each.finalized,
            each.skipped,
            each.in_netsuite,
            each.in_failures,
            each.difference,
        )
        sums.add_row(each.currency, *(amount_text(amount, each.currency) for amount in amounts))
    console.print(ends, sums)
    console.print(f"{found.documents} documents in NetSuite, {archived} failures archived in S3.")
    for problem in found.problems:
        console.print(problem, style="red")
    if not found.problems:
        console.print(
            "Nothing is lost, nothing is created twice, and every sum agrees to the cent.",
            style="green",
        )


def _keep(
    world: World, extra: Scenario, console: Console, folder: Path, page: tuple[str, str]
) -> None:
    metronome = world.systems["metronome"]
    control = MetronomeControl(metronome["url"])
    control.seed_customers(extra.customers)
    control.seed_contracts(extra.contracts)
    control.seed_invoices(extra.invoices)
    console.print("\nEverything still runs. Ctrl-C ends it.")
    address, password = page
    console.print(
        f"  the page: {address} (any name, password {password})", highlight=False, soft_wrap=True
    )
    places = {"webhook": world.webhook_url, "Kafka": world.bootstrap_servers, "S3": world.s3_url}
    places |= {f"{name} (simulated)": system["url"] for name, system in world.systems.items()}
    places |= {f"{name} ops": f"{url}/metrics" for name, url in world.ops.items()}
    for name, url in places.items():
        console.print(f"  {name}: {url}", soft_wrap=True)
    command = curl_example(
        world.webhook_url, metronome["webhook_secret"], finalized_event(extra.invoices[0])
    )
    console.print(
        f"\nDeliver one more invoice (the signature is valid for five minutes):\n{command}",
        soft_wrap=True,
    )
    settings = folder / "settings.sh"
    mine = {**world.settings, "INVOICES_STATE_DIR": str(folder)}
    settings.write_text(
        "".join(f"export {name}={shlex.quote(value)}\n" for name, value in mine.items())
    )
    console.print(
        f"\nUse the operator's command line on it:\n. {settings} && {sys.argv[0]} failures",
        soft_wrap=True,
    )
