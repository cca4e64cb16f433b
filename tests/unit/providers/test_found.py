from invoice_providers.base import Found
from invoice_providers.found import likeliest

OURS = Found("1", "i-1")
OTHERS = Found("2", "i-2")
UNSAID = Found("3")


def test_what_names_the_invoice_goes_before_what_names_another() -> None:
    assert likeliest((OTHERS, OURS), "i-1") is OURS


def test_of_several_that_name_it_the_oldest_is_judged() -> None:
    assert likeliest((OURS, Found("4", "i-1")), "i-1") is OURS


def test_what_does_not_say_whose_it_is_may_be_ours() -> None:
    assert likeliest((OTHERS, UNSAID), "i-1") is UNSAID


def test_anothers_alone_is_still_told() -> None:
    assert likeliest((OTHERS,), "i-1") is OTHERS
    assert likeliest((), "i-1") is None
