from invoice_providers.base import Found
from invoice_providers.found import likeliest

OURS = Found("1", "i-1")
OTHERS = Found("2", "i-2")
UNSAID = Found("3")


def test_a_document_that_names_the_invoice_comes_before_one_that_names_another() -> None:
    assert likeliest((OTHERS, OURS), "i-1") is OURS


def test_the_oldest_of_several_that_name_it_is_compared() -> None:
    assert likeliest((OURS, Found("4", "i-1")), "i-1") is OURS


def test_a_document_without_an_id_may_be_ours() -> None:
    assert likeliest((OTHERS, UNSAID), "i-1") is UNSAID


def test_a_document_of_another_invoice_is_reported_if_it_is_the_only_one() -> None:
    assert likeliest((OTHERS,), "i-1") is OTHERS
    assert likeliest((), "i-1") is None
