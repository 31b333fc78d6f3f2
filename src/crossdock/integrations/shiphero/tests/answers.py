"""What every answer of the fake account has in common."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.graphql import Document, GraphQLRefusal
from crossdock.integrations.shiphero import client
from crossdock.integrations.shiphero.tests import seed
from crossdock.integrations.shiphero.tests.documents import by_cursor, cursor_of, gid
from crossdock.integrations.shiphero.tests.state import State


class Answers(State):
    """Answers with their price, and refusals."""

    document: Document | None
    _charges: dict[str, int]

    def answered(self, root: str, **more: Any) -> dict[str, Any]:
        return {"request_id": "5da7dc13", "complexity": self._charges[root], **more}

    def listed(self, root: str, nodes: list[dict[str, Any]], key: str = "id") -> dict[str, Any]:
        """A list. Entries that are not there are not charged for."""
        variables = self.document.variables if self.document else {}
        asked, after = int(variables.get("first", 1)), variables.get("after")
        behind = next((at for at, node in enumerate(nodes, 1) if cursor_of(node, key) == after), 0)
        most = self._charges[root] - 1
        answered = self.answered(root, data=by_cursor(nodes, key))
        return answered | {"complexity": 1 + most * min(asked, len(nodes) - behind) // asked}

    def since(self, found: list[Any], date: str, since: str | None, until: str | None) -> list[Any]:
        return [item for item in found if (since or "") <= item[date] <= (until or "9")]

    def unknown(self, what: str) -> GraphQLRefusal:
        return GraphQLRefusal(f"{what} not found", code=client.NOT_FOUND, operation=what)

    def mine(self, data: dict[str, Any], owner: int, what: str) -> None:
        """Whoever acts for a merchant says so, and nobody else does."""
        wanted = None if owner == seed.ACCOUNT else gid("CustomerAccount", owner)
        if data.get("customer_account_id") != wanted:
            raise self.unknown(what)

    def by_sku(self, data: dict[str, Any]) -> int:
        found = [key for key, facts in self.products.items() if facts["sku"] == data["sku"]]
        if not found:
            raise GraphQLRefusal(f"Product with sku {data['sku']} doesn't exist", code=3)
        self.mine(data, self.products[found[0]]["owner"], "product")
        return found[0]
