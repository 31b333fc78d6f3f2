"""What a document costs by Shopify's published rule. https://shopify.dev/docs/api/usage/limits"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    parse,
)
from graphql.utilities import value_from_ast_untyped

MUTATION = 10
MOST = 1000
UNSIZED = 1
"""Lists whose length nobody says count once."""


class Pricing:
    """Prices one document."""

    def __init__(self, schema: GraphQLSchema, text: str, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = dict(variables)
        found = parse(text)
        self._fragments = {n.name.value: n for n in found.definitions if isinstance(n, FragmentDefinitionNode)}
        [self._operation] = [n for n in found.definitions if isinstance(n, OperationDefinitionNode)]

    def cost(self) -> int:
        """The points that are asked for."""
        mutation = self._operation.operation.value == "mutation"
        root = self._schema.mutation_type if mutation else self._schema.query_type
        return (MUTATION if mutation else 0) + self._selections(self._operation.selection_set, root)

    def _selections(self, selections: SelectionSetNode | None, kind: Any) -> int:
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                total += self._field(node, kind)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                named = self._schema.type_map[fragment.type_condition.name.value]
                total += self._selections(fragment.selection_set, named)
            elif isinstance(node, InlineFragmentNode):
                named = self._schema.type_map[node.type_condition.name.value] if node.type_condition else kind
                total += self._selections(node.selection_set, named)
        return total

    def _field(self, node: FieldNode, kind: Any) -> int:
        if node.name.value.startswith("__"):
            return 0
        found = get_named_type(kind.fields[node.name.value].type)
        if not is_composite_type(found):
            return 0
        given = {a.name.value: value_from_ast_untyped(a.value, self._variables) for a in node.arguments or ()}
        each = self._selections(node.selection_set, found)
        if found.name.endswith("Connection"):
            # The connection itself is free; `nodes` counts once for every node that is asked for.
            return int(given.get("first") or UNSIZED) * each
        return (int(given["first"]) if given.get("first") else len(given.get("ids") or [0])) * (1 + each)
