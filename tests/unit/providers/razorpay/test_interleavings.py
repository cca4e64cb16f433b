"""However creators, freezes and late requests overlap, drafts lead to one invoice and never to
two.
"""

import pytest

from tests.unit.providers.razorpay.interleaving import World

# Some 20 ms each.
INTERLEAVINGS = 200
PARTS = 4
# The direct order creates two in every second run.
ENOUGH_TO_DOUBLE = 20


def test_the_direct_order_creates_two() -> None:
    doubled = [seed for seed in range(ENOUGH_TO_DOUBLE) if World("direct", seed).run().doubled]

    assert doubled


@pytest.mark.parametrize("part", range(PARTS))
def test_with_drafts_one_invoice_exists_in_the_end_and_never_two(part: int) -> None:
    for seed in range(part, INTERLEAVINGS, PARTS):
        world = World("draft", seed).run()

        assert not world.doubled, f"seed {seed}"
        assert len(world.standing()) == 1, f"seed {seed}"
