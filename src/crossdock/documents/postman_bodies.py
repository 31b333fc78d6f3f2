"""Bodies and path values of the Postman collection: examples of schemas, with live values where a record is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crossdock.contract.catalogue import READ_OF, STORED
from crossdock.contract.operations import Kind, Operation
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema, base_schema, record_schema
from crossdock.contract.wms.returns import RETURNS
from crossdock.documents.examples import example
from crossdock.integrations import registry
from crossdock.integrations.describe import body_schema
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.openapi import OPERATIONS, tags_body_schema

SANDBOX = "sandbox"


def sandbox_of(vertical: str) -> type[Adapter] | None:
    """The sandbox of a vertical, where there is one."""
    return registry.find(vertical, SANDBOX)


@dataclass(frozen=True)
class Wanted:
    """A variable, and the field of a record that it is taken from.

    `place` counts the records that have it; `status` leaves out those in any other.
    """

    name: str
    field: str
    place: int = 0
    status: str = ""


ABOUT = {RETURNS.key: "fulfilled"}
"""The status that the record has to have which a body of a resource names: only goods that have left come back."""


class Variables:
    """The variables of one vertical, noted as bodies and paths ask for them."""

    def __init__(self, vertical: str) -> None:
        self.vertical = vertical
        self._wanted: dict[str, dict[str, Wanted]] = {}
        self._made = {name for operation in OPERATIONS for name in made_parameters(operation, vertical)}
        self._resources = [item for item in STORED if item.vertical == vertical and _is_read(item)]

    def wanted_of(self, resource: Resource) -> list[Wanted]:
        """What later requests take from the list of a resource."""
        return list(self._wanted.get(resource.key, {}).values())

    def _note(self, resource: Resource, wanted: Wanted) -> str:
        self._wanted.setdefault(resource.key, {})[wanted.name] = wanted
        return f"{{{{{wanted.name}}}}}"

    def of_record(self, resource: Resource, field: str = "id", place: int = 0, status: str = "") -> str:
        """A variable with a field of a stored record, dotted where it lies deeper."""
        named = resource.id_param if field == "id" else f"{resource.singular}_{field.replace('.', '_')}"
        which = [self.vertical, *(["other"] if place else []), *([status] if status else []), named]
        return self._note(resource, Wanted("_".join(which), field, place, status))

    def of_path(self, parameter: str, operation: Operation) -> str:
        """The value of a path parameter: what the requests before have made, a stored record, or an example.

        What is ended and was not made here is a record of its own, so that others can still be changed.
        """
        if operation.resource is not None and parameter in self._made:
            return f"{{{{{self.made(parameter)}}}}}"
        for resource in self._resources:
            if resource.id_param == parameter:
                return self.of_record(resource, place=1 if is_end(operation) else 0)
        if parameter == "integration_type":
            return self.vertical
        if parameter == "integration_name":
            return SANDBOX
        found = next((item for item in operation.parameters if item.name == parameter), None)
        shown = None if found is None else given_value(found.schema)
        if shown is not None:
            return shown
        return f"{{{{{self.made(parameter) if parameter in self._made else f'{self.vertical}_{parameter}'}}}}}"

    def made(self, parameter: str) -> str:
        """The variable with the id of what a request has made."""
        return f"{self.vertical}_made_{parameter}"

    def live(self, own: Resource | None, body: JSONSchema, purpose: str = "") -> Any:
        """Gives live values to a body about records of `own`; names that have to be new end with the purpose."""
        about = {name for name in body.get("properties", {}) if name.endswith("_id")}
        status = "" if own is None else ABOUT.get(own.key, "")

        def value(path: tuple[str, ...], schema: JSONSchema) -> Any:
            if not path or path[-1] == "[]" or "properties" in schema:
                return None
            field, nested = path[-1], len(path) > 1
            if "enum" in schema and not str(schema["enum"][0]).startswith("{{"):
                return None
            for resource in self._resources:
                names = {resource.id_param, f"{resource.singular}_id", f"{resource.singular.removesuffix('_item')}_id"}
                if field in names and (nested or resource is not own):
                    has_status = "status" in record_schema(resource)["properties"]
                    return self.of_record(resource, status=status if has_status else "")
            holders = [item for item in self._resources if item.id_param in about]
            line = next((place for item in holders if (place := _line(item, path)) is not None), None)
            if line is not None:
                return self.of_record(*line, status=status)
            if "enum" in schema:
                return schema["enum"][0]
            if not nested and schema.get("type") == "string" and is_name(field):
                return f"{schema.get('examples', [field])[0]}-{purpose}"
            if nested and schema.get("type") == "string":
                holder = next((item for item in self._resources if _has_text(item, field)), None)
                return None if holder is None else self.of_record(holder, field)
            return None

        return value

    def choice(self, name: str, field: str) -> list[str] | None:
        """The values of a field that lists those of the account."""
        found = next((item for item in self._resources if item.name == name), None)
        return None if found is None else [self.of_record(found, field)]


def is_end(operation: Operation) -> bool:
    """Whether it ends what it is about."""
    return operation.method == "DELETE" or "cancel" in operation.path


def is_name(field: str) -> bool:
    """Whether no two records of a system may share the field."""
    return field == "sku" or field.endswith("_number")


def given_value(schema: JSONSchema) -> str | None:
    """A value that the schema of a parameter names."""
    for key in ("examples", "enum"):
        if schema.get(key):
            return str(schema[key][0])
    return None


def can(operation: Operation) -> bool:
    """Whether there is a sandbox that can do it."""
    if operation.action is None:
        return True
    adapter = sandbox_of(operation.action.vertical)
    return adapter is not None and adapter.can(operation.action)


def made_parameters(operation: Operation, vertical: str) -> list[str]:
    """The path parameters of other calls that a call fills in, because it makes what they are about."""
    resource = operation.resource
    if operation.method != "POST" or operation.path_parameters or not can(operation):
        return []
    if resource is not None and resource.vertical != vertical:
        return []
    below = [other.path_parameters[0] for other in OPERATIONS if other.path.startswith(f"{operation.path}/{{")]
    own = [resource.id_param] if resource is not None and operation.path == resource.path else []
    return list(dict.fromkeys([*below, *own]))


def _line(resource: Resource, path: tuple[str, ...]) -> tuple[Resource, str] | None:
    """Where a value of a line is found that a body names, in the record that the body or its address names."""
    if len(path) != 3:
        return None
    lines = record_schema(resource)["properties"].get(path[0], {}).get("items", {}).get("properties", {})
    names = {"line_item_id": ("id", "line_item_id"), "sku": ("sku",)}.get(path[2], ())
    field = next((name for name in names if name in lines), None)
    return None if field is None else (resource, f"{path[0]}.0.{field}")


def _is_read(resource: Resource) -> bool:
    adapter = sandbox_of(resource.vertical)
    return adapter is not None and adapter.can(READ_OF[resource.key])


def _has_text(resource: Resource, field: str) -> bool:
    prop = record_schema(resource)["properties"].get(field)
    kind = [] if prop is None else prop.get("type", [])
    return "string" in ([kind] if isinstance(kind, str) else kind) and prop is not None and "format" not in prop


def example_body(operation: Operation, variables: Variables, mark: str = "") -> Any:
    """A body that the sandbox takes; None for a call without one. The mark tells names of two such bodies apart."""
    if operation.kind is Kind.TAGS:
        return example(tags_body_schema())
    action = operation.action
    if operation.kind is not Kind.WRITE or action is None:
        needed = operation.body if operation.body_required else None
        return None if needed is None else example(needed, variables.live(None, needed))
    adapter = sandbox_of(action.vertical)
    if adapter is None or action.body is None:
        return None
    schema = body_schema(adapter, action, variables.choice) or base_schema(action.body)
    return example(schema, variables.live(action.resource, schema, action.name + mark))
