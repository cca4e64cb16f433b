"""A client raises only our own errors, whatever its code or the other system does."""

from collections.abc import Collection, Mapping

import pytest

from invoice_providers.base import Begun, Found, Presence, Thing
from invoice_providers.connection import Connection
from invoice_providers.registry import provider_of
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from invoice_shared.invoice import DocumentType, FormattedInvoice
from tests.builders import formatted_invoice

EXPECTED = (
    AlreadyExists("taken"),
    CredentialsRefused("who?"),
    Rejected("provider-rejected", "no"),
    Unavailable("503", outage=True),
    Uncertain("?"),
)
UNEXPECTED = (
    KeyError("total"),
    RecursionError("deep"),
    OverflowError("date"),
    MemoryError(),
    ConnectionError("reset"),
)


class Failing:
    """A client whose calls all end with the same error."""

    name = "netsuite"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        raise self._error

    def create(
        self, document: FormattedInvoice, *, generation: str = "", begun: Begun | None = None
    ) -> Found:
        raise self._error

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        raise self._error

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        raise self._error


def errors_of(error: Exception) -> list[CallFailed]:
    connection = Connection(provider_of("netsuite"), Failing(error))
    calls = (
        lambda: connection.look(formatted_invoice()),
        lambda: connection.create(formatted_invoice()),
        lambda: connection.read("7", invoice_id="i-1", document_type="invoice"),
        lambda: connection.presence("customer", ("1042",)),
    )
    errors = []
    for call in calls:
        with pytest.raises(CallFailed) as failed:
            call()
        errors.append(failed.value)
    return errors


@pytest.mark.parametrize("error", EXPECTED, ids=lambda error: type(error).__name__)
def test_errors_that_a_client_may_raise_pass_unchanged(error: CallFailed) -> None:
    assert errors_of(error) == [error] * 4


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: type(error).__name__)
def test_an_unexpected_error_is_a_doubt_after_a_create_and_an_outage_otherwise(
    error: Exception,
) -> None:
    look, create, read, presence = errors_of(error)

    assert (type(look), type(read), type(presence)) == (Unavailable,) * 3
    assert type(create) is Uncertain
    assert create.reason.startswith(
        f"Unexpected error of the connector with NetSuite ({type(error).__name__})."
    )
    assert create.__cause__ is error


def test_the_log_has_the_traceback_but_no_credential(capsys: pytest.CaptureFixture[str]) -> None:
    errors_of(ValueError("Invalid header value b'Bearer eyJhbGciOi'"))

    said = capsys.readouterr().out
    assert "Traceback (most recent call last)" in said
    assert "raise self._error" in said
    assert "eyJhbGciOi" not in said
