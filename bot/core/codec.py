"""Values of the core as JSON and back: one way, for steps, rows and messages."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


@cache
def _cached(of: Hashable) -> TypeAdapter[Any]:
    shape: Any = of
    return TypeAdapter(shape)


def _adapter(of: Any) -> TypeAdapter[Any]:
    return _cached(of)


def to_json(value: object, of: Any = None) -> Any:
    """`value` as plain JSON data; `of` names the declared type where the value's own class is not enough (a union)."""
    return _adapter(of or type(value)).dump_python(value, mode="json")


def from_json(of: type[T], data: Any) -> T:
    """The value of type `of` that `to_json` made `data` from; raises `ValueError` on data of another shape."""
    try:
        result: T = _adapter(of).validate_python(data)
    except ValidationError as error:
        raise ValueError(str(error)) from error
    return result
