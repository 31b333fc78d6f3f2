"""Bodies and path values of the Postman collection: examples of schemas, with live values where a record is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crossdock.contract.catalogue import READ_OF, STORED
from crossdock.contract.operations import Kind, Operation
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema, base_schema, record_schema
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
    """A variable, and the field of a record that it is taken from."""

    name: str
    field: str


class Variables:
    """The variables of one vertical, noted as bodies and paths ask for them."""

    def __init__(self, vertical: str) -> None:
        self.vertical = vertical
        self._wanted: dict[str, dict[str, Wanted]] = {}
        self._resources = [item for item in STORED if item.vertical == vertical and _is_read(item)]

    def wanted_of(self, resource: Resource) -> list[Wanted]:
        """What later requests take from the list of a resource."""
        return list(self._wanted.get(resource.key, {}).values())

    def _note(self, resource: Resource, wanted: Wanted) -> str:
        self._wanted.setdefault(resource.key, {})[wanted.name] = wanted
        return f"{{{{{wanted.name}}}}}"

    def of_record(self, resource: Resource, field: str = "id") -> str:
        """A variable with a field of a stored record."""
        name = f"{self.vertical}_{resource.id_param if field == 'id' else f'{resource.singular}_{field}'}"
        return self._note(resource, Wanted(name, field))

    def of_path(self, parameter: str) -> str:
        """The value of a path parameter: a record's id, something that was made before, or an example."""
        for resource in self._resources:
            if resource.id_param == parameter:
                return self.of_record(resource)
        if parameter == "integration_type":
            return self.vertical
        if parameter == "integration_name":
            return SANDBOX
        found = next((item for op in OPERATIONS for item in op.parameters if item.name == parameter), None)
        schema = found.schema if found is not None else {}
        for key in ("examples", "enum"):
            if schema.get(key):
                return str(schema[key][0])
        return f"{{{{{self.vertical}_{parameter}}}}}"

    def live(self, own: Resource | None) -> Any:
        """Gives live values to a body about records of `own`."""

        def value(path: tuple[str, ...], schema: JSONSchema) -> Any:
            if not path or path[-1] == "[]" or "properties" in schema:
                return None
            field, nested = path[-1], len(path) > 1
            if "enum" in schema and not str(schema["enum"][0]).startswith("{{"):
                return None
            if "enum" in schema:
                return schema["enum"][0]
            for resource in self._resources:
                names = {resource.id_param, f"{resource.singular}_id", f"{resource.singular.removesuffix('_item')}_id"}
                if field in names and (nested or resource is not own):
                    return self.of_record(resource)
            if nested and schema.get("type") == "string":
                holder = next((item for item in self._resources if _has_text(item, field)), None)
                return None if holder is None else self.of_record(holder, field)
            return None

        return value

    def choice(self, name: str, field: str) -> list[str] | None:
        """The values of a field that lists those of the account."""
        found = next((item for item in self._resources if item.name == name), None)
        return None if found is None else [self.of_record(found, field)]


def _is_read(resource: Resource) -> bool:
    adapter = sandbox_of(resource.vertical)
    return adapter is not None and adapter.can(READ_OF[resource.key])


def _has_text(resource: Resource, field: str) -> bool:
    prop = record_schema(resource)["properties"].get(field)
    kind = [] if prop is None else prop.get("type", [])
    return "string" in ([kind] if isinstance(kind, str) else kind) and prop is not None and "format" not in prop


def example_body(operation: Operation, variables: Variables) -> Any:
    """A body that the sandbox takes; None for a call without one."""
    if operation.kind is Kind.TAGS:
        return example(tags_body_schema())
    action = operation.action
    if operation.kind is not Kind.WRITE or action is None:
        return None if operation.body is None else example(operation.body, variables.live(None))
    adapter = sandbox_of(action.vertical)
    if adapter is None or action.body is None:
        return None
    schema = body_schema(adapter, action, variables.choice) or base_schema(action.body)
    return example(schema, variables.live(action.resource))
