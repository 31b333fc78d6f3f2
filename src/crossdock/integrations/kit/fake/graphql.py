"""Fakes of vendors with a GraphQL schema: documents are validated and executed with graphql-core.

    class FakeAcme(GraphQLFake):
        specifications = (Specification("acme/schema.graphql", "A", base="/graphql"),)

        @resolves("Query", "items")
        def items(self, first: int | None = None, after: str | None = None) -> Any: ...

A resolver of a root field gets the arguments as the schema names them and gives dictionaries. A value that is a
function is called with the arguments of its field, which is how connections inside are paged. A field that is asked for
and not in the dictionary is a gap of the fake, and refused: an invented null would prove nothing. `GraphQLRefusal` is
an error in the vendor's words.

Custom scalars are checked by `scalars`. `self.document` is the request at hand, with the directives on its root fields;
`check_document` holds rules that a schema cannot say, and `extensions` is what the vendor adds to each answer.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_ast_schema,
    execute_sync,
    parse,
    validate,
)
from graphql.utilities import value_from_ast_untyped

from crossdock.integrations.kit.fake.specification import Specification, SpecificationViolation
from crossdock.integrations.kit.fake.vendor import Call, FakeVendor, Reply, path_of
from crossdock.integrations.kit.transport import VendorRequest

M = TypeVar("M", bound=Callable[..., Any])
_RESOLVES = "__resolves__"


class GraphQLRefusal(Exception):
    """An error that the vendor lists in its answer; `whole` leaves out every datum."""

    def __init__(self, message: str, *, whole: bool = False, **extensions: Any) -> None:
        super().__init__(message)
        self.message = message
        self.whole = whole
        self.extensions = extensions


@dataclass(frozen=True)
class Document:
    """A GraphQL request that fits the schema."""

    text: str
    operation: OperationDefinitionNode
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        return self.operation.operation.value == "mutation"

    @property
    def roots(self) -> list[str]:
        """Names of the root fields."""
        return [node.name.value for node in self.operation.selection_set.selections if isinstance(node, FieldNode)]

    def directives(self, root: str) -> dict[str, dict[str, Any]]:
        """The directives on a root field with their arguments."""
        found: dict[str, dict[str, Any]] = {}
        for node in self.operation.selection_set.selections:
            if isinstance(node, FieldNode) and node.name.value == root:
                for item in node.directives or ():
                    found[item.name.value] = {
                        given.name.value: value_from_ast_untyped(given.value, dict(self.variables))
                        for given in item.arguments or ()
                    }
        return found


def resolves(kind: str, name: str) -> Callable[[M], M]:
    """Declares that the method gives the root field `name`; `kind` is the name of the root type."""

    def mark(function: M) -> M:
        setattr(function, _RESOLVES, (kind, name))
        return function

    return mark


@functools.cache
def schema_of(specification: Specification) -> GraphQLSchema:
    """The schema of a file; read once a process."""
    return build_ast_schema(parse(specification.text(), no_location=True), assume_valid=True, assume_valid_sdl=True)


class GraphQLFake(FakeVendor):
    """Answers GraphQL by the methods marked with `resolves`."""

    scalars: ClassVar[Mapping[str, Callable[[Any], bool]]] = {}
    """Whether a value fits, for each custom scalar that is worth a check."""

    def __init__(self) -> None:
        super().__init__()
        self.document: Document | None = None
        """The request that is being carried out."""
        self._resolvers = {
            getattr(getattr(type(self), name), _RESOLVES): name
            for name in dir(type(self))
            if hasattr(getattr(type(self), name), _RESOLVES)
        }

    @property
    def schema(self) -> GraphQLSchema:
        return schema_of(self.specifications[0])

    def check_request(self, request: VendorRequest) -> Call:
        specification = self.specifications[0]
        if (request.method, path_of(request)) != ("POST", specification.base):
            raise SpecificationViolation(f"there is only POST {specification.base}, not {request.method} {request.url}")
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("content-type", "").partition(";")[0] != "application/json":
            raise SpecificationViolation("a GraphQL request is application/json")
        try:
            body = json.loads(request.body or b"")
            text = body["query"]
        except (ValueError, KeyError, TypeError) as error:
            raise SpecificationViolation(f"the body is no GraphQL request: {error!r}") from error
        document = self._checked(text, body.get("variables") or {})
        self.document = document
        return Call("POST", f"{document.operation.operation.value} {'+'.join(document.roots)}", body=body)

    def _checked(self, text: str, variables: Mapping[str, Any]) -> Document:
        problems = _document_problems(self.specifications[0], text)
        if problems:
            raise SpecificationViolation("the schema does not allow the document: " + "; ".join(problems))
        [operation] = [n for n in parse(text).definitions if isinstance(n, OperationDefinitionNode)]
        declared = {item.variable.name.value for item in operation.variable_definitions or ()}
        if unknown := set(variables) - declared:
            raise SpecificationViolation(f"variables that the document does not declare: {sorted(unknown)}")
        return Document(text, operation, variables)

    def changes(self, call: Call) -> bool:
        return call.path.startswith("mutation ")

    def check_document(self, document: Document) -> None:
        """Rules of the vendor that its schema cannot say; raises SpecificationViolation or GraphQLRefusal."""

    def extensions(self, document: Document) -> dict[str, Any] | None:
        """What the vendor adds to each answer, such as the cost."""
        return None

    def answer(self, call: Call) -> Reply:
        document = self.document
        if document is None:
            raise RuntimeError("a request is answered before it was checked")
        try:
            self.check_document(document)
        except GraphQLRefusal as error:
            return self._shown_errors([{"message": error.message, "extensions": error.extensions}], document)
        result = execute_sync(
            self.schema,
            parse(document.text),
            variable_values=dict(document.variables),
            field_resolver=self._resolve,
        )
        errors = [self._error(error) for error in result.errors or ()]
        self.answers_checked += 1
        if any(error.pop("whole", False) for error in errors):
            return self._shown_errors(errors, document)
        return Reply(self._shown_data(result, errors, document))

    def _shown_data(self, result: ExecutionResult, errors: list[dict[str, Any]], document: Document) -> dict[str, Any]:
        shown: dict[str, Any] = {"data": result.data}
        if errors:
            shown["errors"] = errors
        extensions = self.extensions(document)
        return shown | ({"extensions": extensions} if extensions else {})

    def _shown_errors(self, errors: list[dict[str, Any]], document: Document) -> Reply:
        extensions = self.extensions(document)
        return Reply({"errors": errors, **({"extensions": extensions} if extensions else {})})

    def _error(self, error: GraphQLError) -> dict[str, Any]:
        cause = error.original_error
        if isinstance(cause, GraphQLRefusal):
            shown: dict[str, Any] = {"message": cause.message, "extensions": cause.extensions, "whole": cause.whole}
            return shown | ({"path": list(error.path)} if error.path else {})
        if isinstance(cause, SpecificationViolation):
            raise cause
        words = f"the schema does not allow the request or the answer: {error.message}"
        raise SpecificationViolation(words) from cause

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        where = f"{info.parent_type.name}.{info.field_name}"
        method = self._resolvers.get((info.parent_type.name, info.field_name))
        if method is not None and source is None:
            return getattr(self, method)(**arguments)
        if source is None:
            raise SpecificationViolation(f"this fake has no method for {where}")
        if info.field_name not in source:
            raise SpecificationViolation(f"this fake has no value for {where}")
        value = source[info.field_name]
        value = value(**arguments) if callable(value) else value
        self._check_scalar(where, info.return_type, value)
        return value

    def _check_scalar(self, where: str, kind: Any, value: Any) -> None:
        while hasattr(kind, "of_type"):
            kind = kind.of_type
        if value is None or isinstance(value, list) or not isinstance(kind, GraphQLScalarType):
            return
        check = self.scalars.get(kind.name)
        if check is not None and not check(value):
            raise SpecificationViolation(f"{value!r} of {where} is no {kind.name}")


@functools.cache
def _document_problems(specification: Specification, text: str) -> tuple[str, ...]:
    """What is wrong with a document; each is looked at once a process."""
    try:
        found = parse(text)
    except GraphQLError as error:
        return (error.message,)
    return tuple(error.message for error in validate(schema_of(specification), found))


def connection(
    nodes: list[dict[str, Any]],
    *,
    key: Callable[[dict[str, Any]], str] = lambda node: str(node["id"]),
    most: int = 250,
    name: str = "first",
) -> Callable[..., dict[str, Any]]:
    """A Relay connection over nodes, paged by the key of the last one. It wants `first`, as vendors do."""

    def page(first: int | None = None, after: str | None = None, **others: Any) -> dict[str, Any]:
        asked = {argument: value for argument, value in others.items() if value not in (None, False)}
        if asked:
            raise SpecificationViolation(f"this fake does not page by {sorted(asked)}")
        if first is None or not 1 <= first <= most:
            raise SpecificationViolation(f"{name} has to be 1 to {most}, not {first}")
        keys = [key(node) for node in nodes]
        if after is not None and after not in keys:
            raise SpecificationViolation(f"the cursor {after} was never given")
        begin = keys.index(after) + 1 if after is not None else 0
        shown = nodes[begin : begin + first]
        return {
            "nodes": shown,
            "edges": [{"node": node, "cursor": key(node)} for node in shown],
            "pageInfo": {
                "hasNextPage": begin + first < len(nodes),
                "hasPreviousPage": begin > 0,
                "startCursor": key(shown[0]) if shown else None,
                "endCursor": key(shown[-1]) if shown else None,
            },
        }

    return page
