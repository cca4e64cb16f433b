from invoice_formatter.kafka.recent import MOST, RecentIds


def test_what_was_added_is_known_and_the_oldest_beyond_the_bound_forgotten() -> None:
    recent = RecentIds()
    for number in range(MOST + 1):
        recent.add(str(number))

    assert "0" not in recent
    assert "1" in recent
    assert str(MOST) in recent


def test_an_id_that_comes_again_counts_as_new() -> None:
    recent = RecentIds()
    recent.add("first")
    for number in range(MOST - 1):
        recent.add(str(number))
    recent.add("first")
    recent.add("one more")

    assert "first" in recent
    assert "0" not in recent
