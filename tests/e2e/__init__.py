"""The four services as a black box."""

import pytest

pytest.register_assert_rewrite("tests.e2e.books", "tests.e2e.connector")
