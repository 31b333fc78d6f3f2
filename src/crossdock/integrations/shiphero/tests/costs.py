"""What a document costs by ShipHero's published rule: an operation one, an entry of a list one and what it holds.

https://developer.shiphero.com/getting-started/#throttling-quotas
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    parse,
)
from graphql.utilities import value_from_ast_untyped

MOST = 4004


def charges(schema: GraphQLSchema, text: str, variables: Mapping[str, Any]) -> dict[str, int]:
    """The credits of each operation of a document."""
    found = parse(text)
    fragments = {n.name.value: n for n in found.definitions if isinstance(n, FragmentDefinitionNode)}
    [operation] = [n for n in found.definitions if isinstance(n, OperationDefinitionNode)]

    def inside(selections: SelectionSetNode | None, kind: Any) -> int:
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                fragment = fragments[node.name.value]
                total += inside(fragment.selection_set, schema.type_map[fragment.type_condition.name.value])
            elif isinstance(node, FieldNode) and not node.name.value.startswith("__"):
                total += field(node, kind)
        return total

    def field(node: FieldNode, kind: Any) -> int:
        held = get_named_type(kind.fields[node.name.value].type)
        if not is_composite_type(held):
            return 0
        each = inside(node.selection_set, held)
        given = {a.name.value: value_from_ast_untyped(a.value, dict(variables)) for a in node.arguments or ()}
        if held.name.endswith("Connection"):
            return int(given["first"]) * (1 + each)
        return each

    root = schema.mutation_type if operation.operation.value == "mutation" else schema.query_type
    return {
        node.name.value: 1 + field(node, root)
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode)
    }
