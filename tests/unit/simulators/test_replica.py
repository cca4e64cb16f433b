"""What look-ups see: every write in order, each after the lag."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from invoice_simulators.replica import Replica


@dataclass
class Seen:
    """A replica of texts that are looked up by their first letter."""

    lag: float | None = 10
    now: float = 0
    replica: Replica[str] = field(init=False)

    def __post_init__(self) -> None:
        self.replica = Replica(lambda: self.lag, lambda: self.now, lambda text: text[:1])

    @property
    def values(self) -> list[str]:
        return list(self.replica.values())


def test_a_write_shows_after_the_lag_and_older_ones_before_it() -> None:
    seen = Seen()
    seen.replica.write("1", "a")
    seen.now = 5
    seen.replica.write("2", "b")

    seen.now = 10

    assert seen.values == ["a"]
    assert seen.replica.find("b") == []
    seen.now = 15
    assert seen.values == ["a", "b"]
    assert seen.replica.find("b") == ["b"]


def test_a_visible_write_is_not_hidden_by_a_longer_lag() -> None:
    seen = Seen(lag=0)
    seen.replica.write("1", "a")
    assert seen.values == ["a"]

    seen.lag = 1000

    assert seen.values == ["a"]


def test_without_a_lag_no_write_shows_before_it_is_settled() -> None:
    seen = Seen(lag=None)
    for number in range(3):
        seen.replica.write(str(number), "abc"[number])
    seen.now = 1e9
    assert seen.values == []

    seen.replica.settle(2)
    assert seen.values == ["a", "b"]
    seen.replica.settle()
    assert seen.values == ["a", "b", "c"]


def test_a_value_is_found_only_by_its_new_key_and_not_after_its_deletion() -> None:
    seen = Seen(lag=0)
    seen.replica.write("1", "a")
    seen.replica.write("1", "b")

    assert (seen.replica.find("a"), seen.replica.find("b")) == ([], ["b"])
    seen.replica.write("1", None)
    assert (seen.replica.find("b"), seen.values) == ([], [])


@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.none() | st.sampled_from("ab"), st.integers(0, 20))
    )
)
def test_look_ups_see_exactly_the_writes_that_are_old_enough(
    writes: list[tuple[str, str | None, int]],
) -> None:
    seen = Seen()
    expected: dict[str, str] = {}
    for number, (identity, value, pause) in enumerate(writes):
        seen.now += pause
        seen.replica.write(identity, value)
        if sum(later for _, _, later in writes[number + 1 :]) >= 10:
            expected.pop(identity, None) if value is None else expected.update({identity: value})

    assert dict.fromkeys(seen.values) == dict.fromkeys(expected.values())
    for key in "ab":
        assert sorted(seen.replica.find(key)) == sorted(
            value for value in expected.values() if value == key
        )
