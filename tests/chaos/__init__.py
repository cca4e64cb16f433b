"""Everything goes wrong at once, at moments drawn from a seed; afterwards the books balance."""

import pytest

pytest.register_assert_rewrite("tests.chaos.algebra", "tests.chaos.world")
