"""Schemas of OpenAPI 2 and 3 as strict JSON Schema: what they do not name, they do not allow.

Only schemas that are used are converted and compiled, each once a process.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import jsonschema_rs

from crossdock.integrations.kit.fake.specification import SpecificationProblem

Direction = Literal["request", "answer"]
_KEPT = frozenset(
    {"type", "enum", "const", "format", "pattern", "multipleOf", "uniqueItems", "exclusiveMinimum", "exclusiveMaximum"}
    | {f"{bound}{what}" for bound in ("min", "max") for what in ("imum", "Length", "Items", "Properties")}
)
_BRANCHES = ("allOf", "oneOf", "anyOf")
_UNSEEN = "Unevaluated properties"
_CLOSED = "False schema"
_OPEN = "a schema here, or one that it is put together from, is closed (additionalProperties: false); see the overlay"
_HIDDEN: dict[Direction, str] = {"request": "readOnly", "answer": "writeOnly"}


class Schemas:
    """The compiled schemas of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def problems(self, schema: dict[str, Any], value: Any, direction: Direction) -> list[str]:
        """What is wrong with a value, each problem with its place."""
        validator = self._validator(schema, direction)
        errors = [(list(error.instance_path), error.message) for error in validator.iter_errors(value)]
        found = []
        for path, message in errors:
            # An object with one bad field counts as not looked at, and its good fields would be complained about too.
            if message.startswith(_UNSEEN) and any(
                len(other) > len(path) and other[: len(path)] == path for other, _ in errors
            ):
                continue
            if message.startswith(_CLOSED):
                message = f"{message[:200]}; {_OPEN}"
            found.append(f"{'/'.join(str(part) for part in path) or '(whole)'}: {message[:400]}")
        return found

    def resolve(self, value: Any) -> Any:
        """What a reference stands for; anything else as it is."""
        seen = set()
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            if value["$ref"] in seen:
                raise SpecificationProblem(f"{value['$ref']} refers to itself")
            seen.add(value["$ref"])
            value = self.at(value["$ref"])
        return value

    def at(self, reference: str) -> Any:
        """The part of the document that a reference names."""
        if not reference.startswith("#/"):
            raise SpecificationProblem(f"the reference {reference} leaves the document")
        found: Any = self.document
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
            try:
                found = found[int(name)] if isinstance(found, list) else found[name]
            except (KeyError, IndexError, ValueError):
                raise SpecificationProblem(
                    f"the reference {reference} leads nowhere; the overlay can mend it"
                ) from None
        return found

    def _validator(self, schema: dict[str, Any], direction: Direction) -> jsonschema_rs.Draft202012Validator:
        key = f"{direction} {json.dumps(schema, sort_keys=True)}"
        if key not in self._compiled:
            conversion = _Conversion(self, direction)
            converted = conversion.run(schema)
            try:
                self._compiled[key] = jsonschema_rs.Draft202012Validator(converted, validate_formats=True)
            except (ValueError, jsonschema_rs.ValidationError) as error:
                raise SpecificationProblem(f"a schema cannot be used: {error}") from error
        return self._compiled[key]


class _Conversion:
    """One schema and everything it refers to."""

    def __init__(self, schemas: Schemas, direction: Direction) -> None:
        self._schemas = schemas
        self._hidden = _HIDDEN[direction]
        self._names: dict[tuple[str, bool], str] = {}
        self._waiting: list[tuple[str, bool]] = []
        self._modern = str(schemas.document.get("openapi", "")).startswith("3.1")

    def run(self, schema: dict[str, Any]) -> dict[str, Any]:
        made = self._convert(schema, closed=True)
        definitions: dict[str, Any] = {}
        while self._waiting:
            reference, closed = self._waiting.pop()
            definitions[self._names[reference, closed]] = self._convert(self._schemas.at(reference), closed=closed)
        return {"$defs": definitions, "allOf": [made]} if definitions else made

    def _reference(self, reference: str, closed: bool) -> dict[str, Any]:
        key = (reference, closed)
        if key not in self._names:
            self._names[key] = f"s{len(self._names)}"
            self._waiting.append(key)
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _convert(self, schema: Any, *, closed: bool) -> Any:
        if not isinstance(schema, dict):
            return schema if isinstance(schema, bool) else True
        if isinstance(schema.get("$ref"), str):
            made = self._reference(schema["$ref"], closed)
            return {"anyOf": [made, {"type": "null"}]} if _nullable(schema) else made
        made = {name: value for name, value in schema.items() if name in _KEPT}
        _modernize(made)
        self._properties(schema, made)
        whole = isinstance(schema.get("properties"), dict) or isinstance(schema.get("allOf"), list)
        for name in _BRANCHES:
            if isinstance(schema.get(name), list):
                branch_closed = closed and not whole and name != "allOf"
                made[name] = [self._convert(item, closed=branch_closed) for item in schema[name]]
        if "not" in schema:
            made["not"] = self._convert(schema["not"], closed=False)
        if "items" in schema:
            made["items"] = self._convert(schema["items"], closed=True)
        if "additionalProperties" in schema:
            made["additionalProperties"] = self._convert(schema["additionalProperties"], closed=True)
        elif closed and whole and "patternProperties" not in made:
            made["unevaluatedProperties"] = False
        return _with_null(made) if _nullable(schema) else made

    def _properties(self, schema: dict[str, Any], made: dict[str, Any]) -> None:
        required = schema.get("required")
        names = set(required) if isinstance(required, list) else set()
        if isinstance(schema.get("properties"), dict):
            shown = {
                name: item
                for name, item in schema["properties"].items()
                if not (isinstance(item, dict) and item.get(self._hidden) is True)
            }
            names -= set(schema["properties"]) - set(shown)
            made["properties"] = {name: self._convert(item, closed=True) for name, item in shown.items()}
        if isinstance(schema.get("patternProperties"), dict):
            made["patternProperties"] = {
                name: self._convert(item, closed=True) for name, item in schema["patternProperties"].items()
            }
        if names:
            made["required"] = sorted(names)


def _nullable(schema: dict[str, Any]) -> bool:
    return schema.get("nullable") is True or schema.get("x-nullable") is True


def _with_null(made: dict[str, Any]) -> dict[str, Any]:
    if any(name in made for name in (*_BRANCHES, "const")) or "type" not in made:
        return {"anyOf": [made, {"type": "null"}]}
    kinds = made["type"] if isinstance(made["type"], list) else [made["type"]]
    made["type"] = [*kinds, *(["null"] if "null" not in kinds else [])]
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made


def _modernize(made: dict[str, Any]) -> None:
    """What OpenAPI 2 and 3.0 say in another way than JSON Schema."""
    for bound, own in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(made.get(bound), bool) and made.pop(bound) and own in made:
            made[bound] = made.pop(own)
    if made.get("type") == "file":
        del made["type"]
