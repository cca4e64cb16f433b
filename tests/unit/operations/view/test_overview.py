from invoice_operations.view.overview import Waiting, last_offsets, waiting

ENDS = {("raw-invoices", 0): 10, ("raw-invoices", 1): 5, ("invoice-errors", 0): 3}


def test_the_lag_is_the_end_minus_the_commit_by_group_and_topic() -> None:
    committed = {
        "invoice-formatter": {("raw-invoices", 0): 4, ("raw-invoices", 1): 5},
        "sink": {("invoice-errors", 0): 9},
    }

    assert waiting(ENDS, committed) == [
        Waiting("raw-invoices", "invoice-formatter", 6),
        Waiting("invoice-errors", "sink", 0),
    ]


def test_a_topics_partitions_are_summed() -> None:
    assert dict(last_offsets(ENDS)) == {"raw-invoices": 15, "invoice-errors": 3}
