"""The schedule itself can be repeated, leaves nothing broken behind, and spares nobody."""

from collections import Counter

import pytest

from tests.chaos.plan import (
    BROKER,
    CHANGE,
    CREATOR,
    DELETE,
    EDIT,
    FORMATTER,
    SECOND,
    SINK,
    WEBHOOK,
    Step,
    draw_plan,
)
from tests.chaos.weather import spells_of

SYSTEMS = ("netsuite", "razorpay")
SEEDS = range(20)
LONG = 400.0


def test_the_same_seed_results_in_the_same_steps_and_another_seed_in_others() -> None:
    assert draw_plan(7, 40, SYSTEMS) == draw_plan(7, 40, SYSTEMS)
    assert draw_plan(7, 40, SYSTEMS) != draw_plan(8, 40, SYSTEMS)


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_are_in_order_and_each_end_has_a_beginning(seed: int) -> None:
    plan = draw_plan(seed, 40, SYSTEMS)

    assert plan == sorted(plan, key=lambda step: step.at)
    begun = [(step.whom, step.spell) for step in plan if step.verb == "begin"]
    ended = [(step.whom, step.spell) for step in plan if step.verb == "end"]
    assert begun
    assert sorted(begun) == sorted(ended)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_process_that_ends_is_started_again(seed: int) -> None:
    plan = draw_plan(seed, 40, SYSTEMS)

    for index, step in enumerate(plan):
        if step.verb in ("kill", "terminate"):
            assert any(is_start_of(later, step.whom) for later in plan[index:]), str(step)


@pytest.mark.parametrize("seed", SEEDS)
def test_people_act_at_least_twenty_times_in_each_way(seed: int) -> None:
    deeds = Counter(step.whom for step in draw_plan(seed, 40, SYSTEMS) if step.verb == "people")

    assert deeds.keys() == {DELETE, EDIT, CHANGE}
    assert min(deeds.values()) >= 20


def test_a_long_run_spares_no_process_and_leaves_out_no_spell() -> None:
    plan = draw_plan(1, LONG, SYSTEMS)

    killed = {step.whom for step in plan if step.verb == "kill"}
    assert killed >= {WEBHOOK, FORMATTER, CREATOR, SINK, BROKER}
    assert {FORMATTER + SECOND, CREATOR + SECOND} <= {
        step.whom for step in plan if step.verb in ("kill", "terminate")
    }
    for system in (*SYSTEMS, "metronome", "s3"):
        assert {step.spell for step in plan if step.whom == system} == set(spells_of(system))


def is_start_of(step: Step, whom: str) -> bool:
    return (step.verb, step.whom) == ("start", whom)
