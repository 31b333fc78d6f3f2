"""The pages of the API: one a topic, with every call, written as Markdown from the document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crossdock.contract.actions import JSON_TYPE, SUCCESS, Answer
from crossdock.contract.filters import LIST_OPERATORS, MEANING
from crossdock.contract.operations import Access, Kind, Operation
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema, field_paths
from crossdock.contract.values import VERTICALS
from crossdock.contract.webhooks import HEADERS, webhooks
from crossdock.documents.examples import example
from crossdock.documents.fields import FieldRow, rows
from crossdock.platform.openapi import OPERATIONS, document

_NEEDS = {
    Access.PUBLIC: "Anybody may call it.",
    Access.KEY: "Needs `x-trackstar-api-key`.",
    Access.OPTIONAL_TOKEN: "Needs `x-trackstar-api-key`; takes `x-trackstar-access-token`.",
    Access.TOKEN: "Needs `x-trackstar-api-key` and `x-trackstar-access-token`.",
}
_CREDENTIALS = ("x-trackstar-api-key", "x-trackstar-access-token")


def vertical_title(vertical: str) -> str:
    """A vertical in a heading."""
    return vertical.upper() if len(vertical) == 3 else vertical.capitalize()


def topic(tags: Sequence[str]) -> str:
    """The heading of the calls with these tags."""
    return " ".join(vertical_title(tag) if tag in VERTICALS else tag for tag in tags)


def slug(title: str) -> str:
    """A heading in an address."""
    kept = (letter if letter.isalnum() or letter == "_" else " " for letter in title.lower() if letter not in "'’.")
    return "-".join("".join(kept).split())


def _fields_title(resource: Resource) -> str:
    singular = resource.singular.replace("_", " ")
    return f"Fields of {'an' if singular[0] in 'aeiou' else 'a'} {singular}"


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    shown = [list(head), ["---"] * len(head), *(list(line) for line in lines)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in shown
    )


def call_pages() -> dict[str, str]:
    """Slug to Markdown of every topic, and of the webhooks."""
    grouped: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        grouped.setdefault(topic(operation.tags), []).append(operation)
    served = document()
    pages = {slug(title): _page(title, found, served) for title, found in sorted(grouped.items())}
    return {**pages, "webhook-events": _webhooks_page(served)}


def _page(title: str, operations: Sequence[Operation], served: Mapping[str, Any]) -> str:
    overview = [(f"[{item.summary}](#{slug(item.summary)})", f"`{item.method} {item.path}`") for item in operations]
    parts = [f"# {title}", _introduction(operations), table(("Call", "Address"), overview)]
    for operation in operations:
        parts += list(_call(operation, served))
    schemas = served["components"]["schemas"]
    shown = {item.resource.schema_name: item.resource for item in operations if item.resource is not None}
    for name, resource in shown.items():
        parts += [
            f"## {_fields_title(resource)}",
            _fields_table(rows(schemas[name], schemas), with_required=False),
        ]
    return "\n\n".join(parts) + "\n"


def _introduction(operations: Sequence[Operation]) -> str:
    names = [item.summary for item in operations]
    return f"{', '.join(names[:-1])} and {names[-1]}." if len(names) > 1 else f"{names[0]}."


def _call(operation: Operation, served: Mapping[str, Any]) -> Iterator[str]:
    shown = served["paths"][operation.path][operation.method.lower()]
    schemas = served["components"]["schemas"]
    yield f"## {operation.summary}"
    yield f"```http\n{operation.method} {operation.path}\n```"
    yield f"{operation.description} {_NEEDS[operation.access]}".strip()
    parameters = [item for item in shown["parameters"] if item["name"] not in _CREDENTIALS]
    if parameters:
        yield table(("Parameter", "In", "Meaning"), _parameter_rows(parameters))
    if "requestBody" in shown:
        [(kind, media)] = shown["requestBody"]["content"].items()
        if kind != JSON_TYPE:
            yield f"The body is sent as `{kind}`."
        yield from _body(media["schema"], schemas)
    yield from _answer(operation, shown, schemas)
    statuses = ", ".join(f"`{status}`" for status in shown["responses"])
    yield f"Statuses: {statuses}. [What they mean](/docs/reference/errors.md)."


def _parameter_rows(parameters: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """One row a parameter; the operators of a filter share the row of its field."""
    operators: dict[str, list[str]] = {}
    for item in parameters:
        field, bracket, operator = item["name"].partition("[")
        if bracket:
            operators.setdefault(field, []).append(operator.rstrip("]"))
    told: set[str] = set()
    for item in parameters:
        field = item["name"].partition("[")[0]
        if field in told:
            continue
        told.add(field)
        name = f"`{item['name']}`" + (" (required)" if item["required"] else "")
        more = [f"`[{operator}]`" for operator in operators.get(field, ()) if f"{field}[{operator}]" != item["name"]]
        meaning = item["description"]
        if more:
            listed = " Lists are separated by commas." if LIST_OPERATORS & set(operators[field]) else ""
            meaning = f"{_filter_meaning(item)} {' '.join(more)}.{listed}"
        yield name, item["in"], meaning


def _filter_meaning(item: Mapping[str, Any]) -> str:
    if "[" in item["name"]:
        return f"{item['description']} Also with"
    same = item["description"] == MEANING["eq"]
    return "Equal to this value; also with" if same else f"{item['description']} Also with"


def _fields_table(found: Iterable[FieldRow], *, with_required: bool) -> str:
    lines = []
    for row in found:
        name = f"`{row.path}`" + (" (required)" if with_required and row.required else "")
        lines.append((name, row.type, row.description))
    return table(("Field", "Type", "Meaning"), lines)


def _body(schema: JSONSchema, schemas: Mapping[str, Any]) -> Iterator[str]:
    variants = schema.get("oneOf", [schema])
    base = variants[0]
    yield "**Body**"
    yield _fields_table(rows(base, schemas), with_required=len(variants) == 1)
    for variant in variants[1:]:
        needed = [f"`{name}`" for name in field_paths(variant, only_required=True)]
        taken = [f"`{name}`" for name in field_paths(variant, only_required=False)]
        words = [f"requires {', '.join(needed)}" if needed else "requires nothing"]
        words += [f"takes {', '.join(taken)}"] if taken else []
        yield f"- **{variant['title']}** {'; '.join(words)}"
    yield f"```json\n{json.dumps(example(variants[-1]), indent=2, ensure_ascii=False)}\n```"


def _answer(operation: Operation, shown: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    resource = operation.resource
    if resource is not None:
        fields = f"[{_fields_title(resource).lower()}](#{slug(_fields_title(resource))})"
        if operation.kind is Kind.LIST:
            yield f"Answers `data`, a list of records with the {fields}, `next_token` and `total_count`."
        elif operation.kind in (Kind.SINGLE, Kind.LIVE):
            yield f"Answers `data` with the {fields}."
        elif operation.kind is Kind.WRITE and operation.action and operation.action.answer is Answer.WORD:
            yield f"Answers `data` (the word `{SUCCESS}`), `id` and `unused_fields`."
        else:
            yield f"Answers `data` with the {fields}, and `unused_fields`."
        return
    schema = shown["responses"]["200"]["content"]["application/json"]["schema"]
    found = list(rows(schema.get("oneOf", [schema])[0], schemas))
    if found:
        yield "**Answer**"
        yield _fields_table(found, with_required=False)


def _webhooks_page(served: Mapping[str, Any]) -> str:
    schemas = served["components"]["schemas"]
    events = webhooks()
    parts = [
        "# Webhook Events",
        "What is sent to the endpoints that you register, as a POST with these headers. Every body has the same "
        "envelope; `data` is the whole record as its read serves it, or the facts of the event.",
        table(("Header", "Meaning"), [(f"`{item.name}`", item.description) for item in HEADERS]),
        "## Envelope",
        _fields_table(
            (row for row in rows(schemas[events[-1].schema_name], schemas) if "." not in row.path), with_required=True
        ),
        "## Events",
    ]
    for tag in dict.fromkeys(event.tag for event in events):
        own = [event for event in events if event.tag == tag]
        parts += [
            f"### {vertical_title(tag) if tag in VERTICALS else 'Connections'}",
            table(("Event", "When"), [(f"`{event.name}`", event.when) for event in own]),
        ]
    parts.append("## Data of events about connections")
    for event in events:
        if "properties" in event.data:
            parts += [f"### `{event.name}`", _fields_table(rows(event.data, schemas), with_required=True)]
    return "\n\n".join(parts) + "\n"
