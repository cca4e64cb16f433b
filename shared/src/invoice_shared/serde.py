"""Bytes ↔ the record types.

The only JSON calls in the connector: numbers become Decimal, never float.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeVar

import msgspec
import simplejson
from pydantic import BaseModel, ValidationError

from invoice_shared.errors import MalformedRecord

Model = TypeVar("Model", bound=BaseModel)


def _number(value: Any) -> msgspec.Raw:
    if isinstance(value, Decimal):  # of a subclass, which writes itself its own way
        return msgspec.Raw(str(value).encode())
    raise TypeError(f"{type(value).__name__} does not belong in a record")


_DECODER = msgspec.json.Decoder(float_hook=Decimal)
# A number that the sender wrote stays a number; our own amounts are texts by then.
_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_number)
_LINE_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=repr)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def _integer(text: str) -> int | Decimal:
    # int() refuses more than 4,300 digits with an error that speaks of Python; Decimal takes them
    # all.
    return int(text) if len(text) <= 4000 else Decimal(text)


def loads(data: bytes | str) -> Any:
    """Parse JSON with every fraction as ``Decimal``.

    Raises ``ValueError`` for bytes that are not UTF-8 JSON, for NaN and Infinity, for an exponent
    that ``Decimal`` does not hold, and for nesting too deep to read.
    """
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidOperation, RecursionError):
        # simplejson reads what msgspec does not: half a surrogate pair, 5,000 digits, a byte order
        # mark.
        return _loads_leniently(data)


def _loads_leniently(data: bytes | str) -> Any:
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    try:
        return simplejson.loads(
            text, use_decimal=True, parse_int=_integer, parse_constant=_refuse_constant
        )
    except InvalidOperation as error:
        raise ValueError("a number's exponent is out of range") from error
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in a record")


def dumps(value: Any) -> bytes:
    """Write a JSON tree as compact UTF-8; a ``Decimal`` stays a number, digit for digit.

    Same tree, same bytes.

    Raises ``ValueError`` for nesting too deep to write, which can be one level less than could be
    read.
    """
    try:
        return _dumps(value, ensure_ascii=False).encode()
    except (
        UnicodeEncodeError
    ):  # half a surrogate pair, which UTF-8 cannot hold and a JSON escape can
        return _dumps(value, ensure_ascii=True).encode()
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _dumps(value: Any, *, ensure_ascii: bool) -> str:
    return simplejson.dumps(
        value,
        use_decimal=True,
        allow_nan=False,
        ensure_ascii=ensure_ascii,
        separators=(",", ":"),
        default=_plain,
    )


def line(event: Mapping[str, Any]) -> str:
    """Write a line for the log, whatever it holds; what JSON does not know becomes its ``repr``."""
    try:
        return _LINE_ENCODER.encode(event).decode()
    except (UnicodeEncodeError, RecursionError, TypeError, ValueError):
        return _LINE_ENCODER.encode({name: repr(value) for name, value in event.items()}).decode()


def encode(tree: Any) -> bytes:
    """Write a tree of JSON's own types and of decimals: the bytes of ``dumps``, at a fifth of its
    cost.

    Raises ``ValueError`` as it does.
    """
    try:
        return _ENCODER.encode(tree)
    except (UnicodeEncodeError, RecursionError, TypeError):
        return dumps(tree)


def to_bytes(record: BaseModel) -> bytes:
    """Write one of our records as UTF-8 JSON, money and quantities as strings."""
    return encode(record.model_dump())


def from_bytes(model: type[Model], value: bytes | None) -> Model:
    """Read one of our records.

    Raises ``MalformedRecord`` saying what is wrong with it, without quoting its content.
    """
    if value is None:
        raise MalformedRecord("The record has a null value.")
    try:
        tree = loads(value)
    except ValueError as error:
        raise MalformedRecord(
            f"The record is not JSON in UTF-8 ({type(error).__name__})."
        ) from error
    if not isinstance(tree, dict):
        raise MalformedRecord("The record is JSON, but not an object.")
    if "schema_version" not in tree:
        raise MalformedRecord(
            "The record names no schema_version.", invoice_id=text_of(tree, "invoice_id")
        )
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise MalformedRecord(
            f"The record does not fit its schema: {explain(error)}.",
            invoice_id=text_of(tree, "invoice_id"),
        ) from error


def text_of(tree: Any, name: str) -> str | None:
    """Read a text from a tree that may have any shape; ``None`` for one that is blank or that UTF-8
    cannot hold.
    """
    found = tree.get(name) if isinstance(tree, dict) else None
    return found if isinstance(found, str) and found.strip() and is_utf8(found) else None


def is_utf8(text: str) -> bool:
    """Tell whether UTF-8 can hold a text."""
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, from a JSON escape
        return False
    return True


def explain(error: ValidationError) -> str:
    """Name the wrong fields and why, e.g. ``total: Field required``; never their values."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in problems[:5]
    )
