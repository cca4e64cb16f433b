from invoice_shared.headers import carried, includes_resolved, request_generation


def test_headers_of_the_invoice_and_its_replay_are_passed_on_and_others_are_not() -> None:
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


def test_the_generation_is_that_of_the_newest_replay_and_initially_empty() -> None:
    assert request_generation(()) == ""
    assert (
        request_generation((("request-generation", b"r-1"), ("request-generation", b"r-2")))
        == "r-2"
    )


def test_a_replay_includes_resolved_invoices_only_if_it_says_so() -> None:
    assert includes_resolved((("replay-include-resolved", b"1"),))
    assert not includes_resolved((("replay-include-resolved", b"0"),))
    assert not includes_resolved(())
