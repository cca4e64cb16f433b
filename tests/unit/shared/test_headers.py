from invoice_shared.headers import carried


def test_what_marks_the_invoice_and_its_replay_goes_on_and_the_rest_stays_behind() -> None:
    marks = (
        ("event-id", b"e-1"),
        ("request-generation", b"replay-1"),
        ("replay-id", b"replay-2"),
        ("replay-count", b"2"),
        ("replay-force", b"1"),
        ("replay-by", b"kim"),
        ("replay-include-resolved", b"1"),
    )

    assert carried((("traceparent", b"00-1"), *marks, ("x-other", b"1"))) == marks
