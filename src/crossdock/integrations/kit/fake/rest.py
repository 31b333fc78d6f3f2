"""Fakes of vendors with an OpenAPI 2 or 3 document."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from crossdock.integrations.kit.fake.schemas import Schemas
from crossdock.integrations.kit.fake.specification import (
    Specification,
    SpecificationProblem,
    SpecificationViolation,
)
from crossdock.integrations.kit.fake.vendor import Call, FakeVendor, Reply, as_json, served
from crossdock.integrations.kit.transport import VendorRequest

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_JSON = re.compile(r"application/([\w.+-]+\+)?json|\*/\*")
_FORM = "application/x-www-form-urlencoded"
_NUMBERS = {"integer": int, "number": float}
_TRUTH = {"true": True, "false": False}
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""OpenAPI says that parameters of these names have no meaning."""


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    method: str
    path: str
    pattern: re.Pattern[str]
    declared: Mapping[str, Any]
    parameters: tuple[dict[str, Any], ...]
    schemas: Schemas

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@functools.cache
def operations(specification: Specification) -> tuple[Operation, ...]:
    """The operations of a document, those with more fixed text first."""
    document = specification.document()
    schemas = Schemas(document)
    found = []
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method not in item:
                continue
            declared = item[method]
            merged: dict[tuple[str, str], dict[str, Any]] = {}
            for parameter in [*shared, *declared.get("parameters", [])]:
                resolved = schemas.resolve(parameter)
                merged[resolved["in"], resolved["name"]] = resolved
            text = re.sub(r"\\\{.*?\\\}", "([^/]+)", re.escape(specification.base + path.split("?")[0].split("#")[0]))
            found.append(Operation(method.upper(), path, re.compile(text), declared, tuple(merged.values()), schemas))
    return tuple(sorted(found, key=lambda item: -len(item.pattern.pattern.replace("([^/]+)", ""))))


class RestFake(FakeVendor):
    """Answers operations by the methods marked with `serves`."""

    def __init__(self) -> None:
        super().__init__()
        self._methods = served(type(self))

    def check_request(self, request: VendorRequest) -> Call:
        operation, values = self._find(request)
        problems: list[str] = []
        query = _query(operation, urlsplit(request.url).query, problems)
        headers = {name.lower(): value for name, value in request.headers.items()}
        _check_headers(operation, headers, problems)
        params = _path(operation, values, problems)
        body = _body(operation, request, headers, problems)
        if problems:
            raise SpecificationViolation(f"{operation.name} does not allow the request: " + "; ".join(problems))
        return Call(operation.method, operation.path, params, query, headers, body)

    def answer(self, call: Call) -> Reply:
        method = self._methods.get((call.method, call.path))
        if method is None:
            raise SpecificationViolation(f"this fake has no method for {call.method} {call.path}")
        made = getattr(self, method)(call)
        reply = made if isinstance(made, Reply) else Reply(made)
        self._check_answer(call, reply)
        self.answers_checked += 1
        return reply

    def _find(self, request: VendorRequest) -> tuple[Operation, list[str]]:
        path = urlsplit(request.url).path
        others = []
        for operation in (item for one in self.specifications for item in operations(one)):
            found = operation.pattern.fullmatch(path)
            if found and operation.method == request.method:
                return operation, [unquote(part) for part in found.groups()]
            if found:
                others.append(operation.method)
        known = f"; it knows {', '.join(others)} there" if others else ""
        raise SpecificationViolation(f"the specification has no {request.method} {path}{known}")

    def _check_answer(self, call: Call, reply: Reply) -> None:
        operation = next(
            item
            for one in self.specifications
            for item in operations(one)
            if (item.method, item.path) == (call.method, call.path)
        )
        declared = operation.declared["responses"]
        status = str(reply.status)
        names = [name for name in (status, f"{status[0]}XX", f"{status[0]}xx", "default") if name in declared]
        if not names:
            raise SpecificationViolation(f"{operation.name} has no answer with status {status}")
        found = operation.schemas.resolve(declared[names[0]])
        schema = _media(found)[0] if "content" in found else found.get("schema")
        if schema is None:
            return
        problems = operation.schemas.problems(schema, as_json(reply.body), "answer")
        if problems:
            raise SpecificationViolation(
                f"{operation.name} does not allow its answer {status}: " + "; ".join(problems[:8])
            )


def _media(found: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Schema and name of the JSON form of a body, or of the only form there is."""
    content = found.get("content", {})
    for name, media in content.items():
        if _JSON.match(name):
            return media.get("schema"), name
    for name, media in content.items():
        return media.get("schema"), name
    return None, ""


def _schema_of(parameter: dict[str, Any]) -> dict[str, Any]:
    if "schema" in parameter:
        return dict(parameter["schema"])
    if "content" in parameter:
        return dict(_media(parameter)[0] or {})
    return {name: value for name, value in parameter.items() if name not in ("name", "in", "required", "description")}


def _query(operation: Operation, text: str, problems: list[str]) -> dict[str, Any]:
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        given.setdefault(name, []).append(value)
    found: dict[str, Any] = {}
    for parameter in operation.parameters:
        if parameter["in"] != "query":
            continue
        schema = operation.schemas.resolve(_schema_of(parameter))
        name = parameter["name"]
        values = _taken(given, name, schema, parameter)
        if values is None:
            if parameter.get("required"):
                problems.append(f"query {name}: missing")
            continue
        found[name.removesuffix("[]")] = _checked(operation, schema, values, f"query {name}", problems)
    problems += [f"query {name}: not a parameter of the operation" for name in given]
    return found


def _taken(given: dict[str, list[str]], name: str, schema: dict[str, Any], parameter: dict[str, Any]) -> Any:
    """The value of a query parameter in its written form, taken out of what was given."""
    if schema.get("type") == "object" or parameter.get("style") == "deepObject":
        inner = {
            key[len(name) + 1 : -1]: given[key][0]
            for key in list(given)
            if re.fullmatch(rf"{re.escape(name)}\[\w+\]", key)
        }
        for key in inner:
            del given[f"{name}[{key}]"]
        return inner or None
    for written in (name, f"{name}[]"):
        if written in given:
            values = given.pop(written)
            if schema.get("type") != "array":
                return values[0] if len(values) == 1 else values
            multi = parameter.get("collectionFormat") == "multi" or written.endswith("[]")
            if len(values) > 1 or multi:
                return values
            mark = {"pipes": "|", "ssv": " ", "tsv": "\t"}.get(str(parameter.get("collectionFormat")), ",")
            return values[0].split(mark)
    return None


def _checked(operation: Operation, schema: dict[str, Any], text: Any, where: str, problems: list[str]) -> Any:
    value = coerced(operation.schemas, schema, text)
    problems += [f"{where} {problem}" for problem in operation.schemas.problems(schema, value, "request")]
    return value


def coerced(schemas: Schemas, schema: Any, text: Any) -> Any:
    """A text of a path, query or form with the type the schema says; as it is where it does not fit."""
    schema = schemas.resolve(schema)
    kind = schema.get("type") if isinstance(schema, dict) else None
    kinds = [item for item in kind if item != "null"] if isinstance(kind, list) else [kind]
    if isinstance(text, list):
        return [coerced(schemas, schema.get("items", {}), item) for item in text]
    if isinstance(text, dict):
        inner = schema.get("properties", {})
        return {name: coerced(schemas, inner.get(name, {}), item) for name, item in text.items()}
    for name in kinds:
        if name == "boolean" and text in _TRUTH:
            return _TRUTH[text]
        if name in _NUMBERS:
            try:
                return _NUMBERS[name](text)
            except ValueError:
                return text
    return text


def _path(operation: Operation, values: list[str], problems: list[str]) -> dict[str, Any]:
    names = re.findall(r"\{(.*?)\}", operation.path)
    declared = {item["name"]: item for item in operation.parameters if item["in"] == "path"}
    found = {}
    for name, value in zip(names, values, strict=True):
        schema = operation.schemas.resolve(_schema_of(declared[name])) if name in declared else {"type": "string"}
        found[name] = _checked(operation, schema, value, f"path {name}", problems)
    return found


def _check_headers(operation: Operation, headers: Mapping[str, str], problems: list[str]) -> None:
    for parameter in operation.parameters:
        name = parameter["name"].lower()
        if parameter["in"] != "header" or name in _IGNORED_HEADERS:
            continue
        if name not in headers:
            if parameter.get("required"):
                problems.append(f"header {name}: missing")
            continue
        _checked(operation, operation.schemas.resolve(_schema_of(parameter)), headers[name], f"header {name}", problems)


def _body(operation: Operation, request: VendorRequest, headers: Mapping[str, str], problems: list[str]) -> Any:
    schema, media_types, required = _declared_body(operation)
    if not request.body:
        if required:
            problems.append("body: missing")
        return None
    if schema is None and not media_types:
        problems.append("body: the operation takes none")
        return None
    sent = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not any(sent == name.partition(";")[0].strip().lower() or name == "*/*" for name in media_types):
        problems.append(f"body: {sent or 'no content type'} is not one of {', '.join(media_types)}")
        return None
    if sent == _FORM:
        given: Any = coerced(operation.schemas, schema or {}, dict(parse_qsl(request.body.decode())))
    elif not _JSON.match(sent):
        return request.body
    else:
        try:
            given = json.loads(request.body)
        except ValueError as error:
            problems.append(f"body: not JSON: {error}")
            return None
    if schema is not None:
        problems += [f"body {text}" for text in operation.schemas.problems(schema, given, "request")]
    return given


def _declared_body(operation: Operation) -> tuple[dict[str, Any] | None, list[str], bool]:
    """Schema, media types and whether a body is required, in either version of OpenAPI."""
    declared = operation.declared
    if "requestBody" in declared:
        found = operation.schemas.resolve(declared["requestBody"])
        if not isinstance(found, dict) or "content" not in found:
            raise SpecificationProblem(f"{operation.name} has a body without content")
        return _media(found)[0], list(found["content"]), bool(found.get("required"))
    consumes = list(declared.get("consumes") or operation.schemas.document.get("consumes") or ["application/json"])
    for parameter in operation.parameters:
        if parameter["in"] == "body":
            return parameter.get("schema"), consumes, bool(parameter.get("required"))
    form = [item for item in operation.parameters if item["in"] == "formData"]
    if form:
        properties = {item["name"]: _schema_of(item) for item in form}
        required = [item["name"] for item in form if item.get("required")]
        return {"type": "object", "properties": properties, "required": required}, consumes, bool(required)
    return None, [], False
