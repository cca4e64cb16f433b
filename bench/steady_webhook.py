"""What does a webhook cost at a steady 50 per second, compared to a burst at full speed?

The prototype plays as well: it shows what a steady rate costs the stack itself.
"""

from bench.report import OURS, Goal, Report, in_turns, publish
from bench.surroundings import AS_DEPLOYED, surroundings
from bench.webhook import CPU, FULL_SPEED, PEERS, Pace, player, secret_file, started

STEADY = Pace(connections=4, seconds=20.0, per_second=50)
ROUNDS = 3
BURST, PROTOTYPE = "the same in a burst", "prototype"
GOALS = (Goal(CPU, at_most=1.2, compared_to=BURST),)


def main() -> None:
    with surroundings() as world:
        service = world.start("invoice-webhook", AS_DEPLOYED | secret_file(world))
        process, port = started(world, PROTOTYPE, PEERS[PROTOTYPE]())
        ours, theirs = (service.pid, service.webhook_port), (process.pid, port)
        competitors = {
            OURS: player(world, *ours, STEADY),
            BURST: player(world, *ours, FULL_SPEED),
            PROTOTYPE: player(world, *theirs, STEADY),
            f"{PROTOTYPE} in a burst": player(world, *theirs, FULL_SPEED),
        }
        try:
            competitors[BURST]()  # warm
            rounds = in_turns(competitors, ROUNDS)
        finally:
            process.stop()
    question = f"Webhook, {STEADY.per_second:.0f} per second"
    publish(Report(question, rounds, GOALS), "steady_webhook")


if __name__ == "__main__":
    main()
