"""Convert bytes to record types and back.

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
from invoice_shared.text import is_utf8
from invoice_shared.value import Value

Model = TypeVar("Model", bound=BaseModel | Value)


def _number(value: Any) -> msgspec.Raw:
    if isinstance(value, Decimal):  # a subclass, which the encoder does not know
        return msgspec.Raw(str(value).encode())
    raise TypeError(f"{type(value).__name__} does not belong in a record")


_DECODER = msgspec.json.Decoder(float_hook=Decimal)
# Numbers in a sender's object stay numbers. Our own amounts are texts by then.
_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_number)
# Amounts become texts. Only a decimal that is ``Plain`` reaches the hook.
_VALUE_ENCODER = msgspec.json.Encoder(enc_hook=str)
_LINE_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=repr)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def _integer(text: str) -> int | Decimal:
    # int() refuses more than 4,300 digits with an error about Python. Decimal accepts all of them.
    return int(text) if len(text) <= 4000 else Decimal(text)


def loads(data: bytes | str) -> Any:
    """Parse JSON with every fraction as ``Decimal``.

    Raises ``ValueError`` for bytes that are not UTF-8 JSON, for NaN and Infinity, for an exponent
    out of ``Decimal``'s range, and for nesting that is too deep.
    """
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidOperation, RecursionError):
        # simplejson also reads half a surrogate pair, 5,000 digits and a byte order mark.
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
    """Return a JSON tree as compact UTF-8. A ``Decimal`` stays a number, digit for digit.

    The same tree gives the same bytes.

    Raises ``ValueError`` for nesting that is too deep, which can be one level less than ``loads``
    accepts.
    """
    try:
        return _dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which only a JSON escape can represent.
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
    """Return a line for the log. Values unknown to JSON become their ``repr``."""
    try:
        return _LINE_ENCODER.encode(event).decode()
    except (UnicodeEncodeError, RecursionError, TypeError, ValueError):
        return _LINE_ENCODER.encode({name: repr(value) for name, value in event.items()}).decode()


def encode(tree: Any) -> bytes:
    """Return the bytes of ``dumps``, at a fifth of its cost, for JSON's own types and decimals.

    Raises ``ValueError`` as ``dumps`` does.
    """
    try:
        return _ENCODER.encode(tree)
    except (UnicodeEncodeError, RecursionError, TypeError):
        return dumps(tree)


def to_bytes(record: BaseModel | Value) -> bytes:
    """Return one of our records as UTF-8 JSON, with amounts and quantities as strings."""
    if isinstance(record, BaseModel):
        return encode(record.model_dump())
    try:
        return _VALUE_ENCODER.encode(record)
    except UnicodeEncodeError:  # half a surrogate pair, in a name
        return dumps(to_tree(record))


def to_tree(record: Value) -> dict[str, Any]:
    """Return the JSON object of ``to_bytes``."""
    tree: dict[str, Any] = msgspec.to_builtins(record, enc_hook=str)
    return tree


def from_bytes(model: type[Model], value: bytes | None) -> Model:
    """Read one of our records.

    Raises ``MalformedRecord``, which says what is wrong without quoting the content.
    """
    return from_tree(model, tree_of(value))


def tree_of(value: bytes | None) -> dict[str, Any]:
    """Return the JSON object that a record holds. Raises ``MalformedRecord``."""
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
    return tree


def from_tree(model: type[Model], tree: dict[str, Any]) -> Model:
    """Return the record that a JSON object is. Raises as ``from_bytes`` does."""
    if "schema_version" not in tree:
        raise MalformedRecord(
            "The record names no schema_version.", invoice_id=text_of(tree, "invoice_id")
        )
    try:
        return _validated(model, tree)
    except (ValidationError, msgspec.ValidationError, UnicodeEncodeError) as error:
        raise MalformedRecord(
            f"The record does not fit its schema: {explain(error)}.",
            invoice_id=text_of(tree, "invoice_id"),
        ) from error


def _validated(model: type[Model], tree: dict[str, Any]) -> Model:
    if issubclass(model, BaseModel):
        return model.model_validate(tree)
    return msgspec.convert(tree, model)


def text_of(tree: Any, name: str) -> str | None:
    """Return a text from a tree of any shape; ``None`` if it is blank or not valid UTF-8."""
    found = tree.get(name) if isinstance(tree, dict) else None
    return found if isinstance(found, str) and found.strip() and is_utf8(found) else None


def explain(error: ValidationError | msgspec.ValidationError | UnicodeEncodeError) -> str:
    """Return the wrong fields and why, e.g. ``total: Field required``, but never their values."""
    if isinstance(error, UnicodeEncodeError):
        return "a text contains half a surrogate pair"
    if isinstance(error, msgspec.ValidationError):
        return _without_value(str(error))
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in problems[:5]
    )


def _without_value(said: str) -> str:
    # The only one of msgspec's sentences that quotes a value.
    if not said.startswith("Invalid enum value"):
        return said
    return f"Unknown value - at {said.rpartition(' - at ')[2]}"
