"""Judges a write body by the schema its caller can read, and lists every violation."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import msgspec

from crossdock.contract.errors import InvalidBody, bad_request
from crossdock.contract.schemas import REFUSED_WORDS, JSONSchema

MAX_VIOLATIONS = 100
"""Most messages one answer lists."""
MAX_DEPTH = 32
"""Deepest nesting of objects and lists a body may have."""
WHOLE = "_schema"
"""The field name for a violation of the body as a whole."""

_TYPE_NAMES = {
    "string": "Not a valid string.",
    "integer": "Not a valid integer.",
    "number": "Not a valid number.",
    "boolean": "Not a valid boolean.",
    "array": "Not a valid list.",
    "object": "Invalid input type.",
}


class _WholeNumber:
    """A JSON Schema keyword: an integer written without a fraction, so `1.0` is refused."""

    def __init__(self, _parent: dict[str, Any], _value: Any, _path: list[str]) -> None:
        pass

    def validate(self, instance: Any) -> None:
        if isinstance(instance, float):
            raise ValueError("not a whole number")  # noqa: TRY004 - the keyword protocol asks for ValueError


def decode(raw: bytes) -> Any:
    """The JSON value of a request body; 400 when it is not JSON, 422 when it is nested too deeply."""
    try:
        value = msgspec.json.decode(raw)
    except RecursionError:
        raise InvalidBody.field(WHOLE, f"Nested more than {MAX_DEPTH} levels deep.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"Invalid JSON body: {error}") from None
    _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        if not deeper:
            return
        level = deeper
    if any(isinstance(item, dict | list) for item in level):
        raise InvalidBody.field(WHOLE, f"Nested more than {MAX_DEPTH} levels deep.")


def _strict(schema: Any) -> Any:
    """The schema with the whole-number keyword wherever an integer is asked for."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: value if key in ("enum", "examples") else _strict(value) for key, value in schema.items()}
    if schema.get("type") == "integer":
        strict["x-whole-number"] = True
    return strict


class Judge:
    """A compiled schema that accepts a body or raises `InvalidBody` with every violation, at most 100."""

    def __init__(self, schema: JSONSchema) -> None:
        self.schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(
            _strict(copy.deepcopy(schema)),
            validate_formats=True,
            keywords={"x-whole-number": _WholeNumber},
        )

    def check(self, body: Any) -> None:
        """Raises `InvalidBody` unless the body fits."""
        if self._validator.is_valid(body):
            return
        fields: dict[str, list[str]] = {}
        # One error can hold many messages, as one for all unknown fields does, so the count is of messages.
        for name, message in itertools.islice(self._violations(body), MAX_VIOLATIONS):
            fields.setdefault(name, []).append(message)
        raise InvalidBody({"json": fields})

    def _violations(self, body: Any) -> Iterator[tuple[str, str]]:
        seen: set[tuple[str, str]] = set()
        for error in self._validator.iter_errors(body):
            for violation in _messages(error):
                if violation not in seen:
                    seen.add(violation)
                    yield violation


def _dotted(path: list[Any]) -> str:
    return ".".join(str(part) for part in path)


def _messages(error: jsonschema_rs.ValidationError) -> list[tuple[str, str]]:
    path = list(error.instance_path)
    kind = error.kind
    name = kind.name
    if name == "required":
        return [(_dotted([*path, kind.property]), "Missing data for required field.")]  # type: ignore[attr-defined]
    if name == "additionalProperties":
        unexpected = kind.unexpected  # type: ignore[attr-defined]
        return [(_dotted([*path, field]), "Unknown field.") for field in unexpected]
    where = _dotted(path) or WHOLE
    if error.instance is None:
        return [(where, "Field may not be null.")]
    if error.instance == "":
        return [(where, "Field may not be empty.")]
    return [(where, _MESSAGES.get(name, _plain)(error))]


def _plain(error: jsonschema_rs.ValidationError) -> str:
    return f"{error.message}."


def _type_message(error: jsonschema_rs.ValidationError) -> str:
    wanted = [name for name in error.kind.types if name != "null"]  # type: ignore[attr-defined]
    return _TYPE_NAMES.get(wanted[0], _plain(error)) if len(wanted) == 1 else _plain(error)


def _enum_message(error: jsonschema_rs.ValidationError) -> str:
    return f"Must be one of: {', '.join(str(option) for option in error.kind.options)}."  # type: ignore[attr-defined]


def _not_message(_error: jsonschema_rs.ValidationError) -> str:
    return f"Field may not be {' or '.join(repr(word) for word in REFUSED_WORDS)}."


_MESSAGES: dict[str, Callable[[jsonschema_rs.ValidationError], str]] = {
    "type": _type_message,
    "enum": _enum_message,
    "not": _not_message,
    "format": lambda _: "Not a valid datetime; use a date, a time and a zone such as 2026-01-01T00:00:00Z.",
    "pattern": lambda _: "Holds a character that no system stores.",
    "maxItems": lambda error: f"Longer than maximum length {error.kind.limit}.",  # type: ignore[attr-defined]
    "minItems": lambda error: f"Shorter than minimum length {error.kind.limit}.",  # type: ignore[attr-defined]
    "minimum": lambda error: f"Must be greater than or equal to {error.kind.limit}.",  # type: ignore[attr-defined]
    "maximum": lambda error: f"Must be less than or equal to {error.kind.limit}.",  # type: ignore[attr-defined]
    "x-whole-number": lambda _: "Not a valid integer.",
    "oneOf": lambda _: "Must be a text or an object with exactly one key.",
    "oneOfNotValid": lambda _: "Must be a text or an object with exactly one key.",
    "oneOfMultipleValid": lambda _: "Must be a text or an object with exactly one key.",
    "anyOf": lambda _: "Fits none of the forms that the schema offers.",
    "minProperties": lambda _: "Must be a text or an object with exactly one key.",
    "maxProperties": lambda _: "Must be a text or an object with exactly one key.",
}
