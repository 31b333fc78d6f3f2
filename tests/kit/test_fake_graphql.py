"""The fake vendor refuses documents and answers that a GraphQL schema does not allow; each rule is shown a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crossdock.integrations.kit.fake import Fault, Specification, SpecificationViolation
from crossdock.integrations.kit.fake.graphql import GraphQLFake, GraphQLRefusal, connection, resolves
from crossdock.integrations.kit.transport import VendorRequest

pytestmark = pytest.mark.anyio
SCHEMA = """
directive @once(key: String!) on FIELD
scalar Money
enum Kind { A B }
type Item { id: ID! name: String! kind: Kind price: Money tags(first: Int!): TagConnection! }
type Tag { id: ID! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type TagConnection { nodes: [Tag!]! pageInfo: PageInfo! }
input Change { id: ID! units: Int! }
type Query { item(id: ID!): Item }
type Mutation { change(input: Change!): Item }
"""
ITEM: dict[str, Any] = {
    "id": "1",
    "name": "one",
    "kind": "A",
    "price": "1.50",
    "tags": connection([{"id": "x"}, {"id": "y"}, {"id": "z"}], most=2),
}


class FakeDepot(GraphQLFake):
    """Answers with whatever a test puts into `shown`."""

    credentials = {}
    scalars = {"Money": lambda value: isinstance(value, str)}

    def __init__(self) -> None:
        super().__init__()
        self.shown: Any = dict(ITEM)
        self.keys: list[Any] = []

    def admits(self, request: VendorRequest) -> bool:
        return request.headers.get("key") == "test-key"

    @resolves("Query", "item")
    def item(self, id: str) -> Any:
        if id == "gone":
            raise GraphQLRefusal("no such item", code="NOT_FOUND")
        return self.shown

    @resolves("Mutation", "change")
    def change_item(self, input: dict[str, Any]) -> Any:
        assert self.document is not None
        self.keys.append(self.document.directives("change").get("once", {}).get("key"))
        return {**self.shown, "name": str(input["units"])}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDepot:
    monkeypatch.setenv("CROSSDOCK_SPECIFICATIONS", str(tmp_path))
    name = f"{tmp_path.name}.graphql"
    (tmp_path / name).write_text(SCHEMA)
    made: FakeDepot = type("Made", (FakeDepot,), {"specifications": (Specification(name, "A", base="/graphql"),)})()
    return made


def ask(query: str, path: str = "/graphql", **variables: Any) -> VendorRequest:
    headers = {"key": "test-key", "content-type": "application/json"}
    body = json.dumps({"query": query, "variables": variables}).encode()
    return VendorRequest("POST", f"https://depot.example{path}", headers, body)


ONE = "query One($id: ID!) { item(id: $id) { name } }"


class TestRequests:
    async def test_what_fits_is_carried_out(self, fake: FakeDepot) -> None:
        query = 'mutation C($input: Change!) { change(input: $input) @once(key: "k1") { name kind price } }'
        answer = await fake.send(ask(query, input={"id": "1", "units": 5}))
        assert answer.json() == {"data": {"change": {"name": "5", "kind": "A", "price": "1.50"}}}
        assert fake.keys == ["k1"]
        assert [fake.changes(call) for call in fake.calls] == [True]
        assert fake.calls[0].path == "mutation change"

    async def test_lists_are_paged(self, fake: FakeDepot) -> None:
        query = '{ item(id: "1") { tags(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } } } }'
        found = (await fake.send(ask(query))).json()["data"]["item"]["tags"]
        assert found == {"nodes": [{"id": "x"}, {"id": "y"}], "pageInfo": {"hasNextPage": True, "endCursor": "y"}}

    @pytest.mark.parametrize(
        ("request_", "words"),
        [
            (ask("{ item(id: 1) { colour } }"), "Cannot query field 'colour'"),
            (ask("{ item { name } }"), "of type 'ID!' is required"),
            (ask("{ item(id: 1) { name "), "Syntax Error"),
            (ask(ONE, id="1", more=2), "does not declare: .'more'"),
            (ask(ONE), "to be provided"),
            (ask("mutation C($i: Change!) { change(input: $i) { name } }", i={"id": "1"}), "units"),
            (ask("mutation C($i: Change!) { change(input: $i) { name } }", i={"id": "1", "units": 1, "x": 1}), "x"),
            (ask('{ item(id: "1") { tags(first: 3) { nodes { id } } } }'), "first has to be 1 to 2, not 3"),
            (ask(ONE, "/other", id="1"), "there is only POST /graphql"),
            (VendorRequest("POST", "https://depot.example/graphql", {}, b"{}"), "is application/json"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    async def test_what_does_not_fit_is_a_violation(self, fake: FakeDepot, request_: VendorRequest, words: str) -> None:
        """The real vendor would refuse it."""
        with pytest.raises(SpecificationViolation, match=words):
            await fake.send(request_)
        assert len(fake.violations) == 1


class TestAnswers:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"name": None}, "non-nullable field Item.name"),
            ({"kind": "C"}, "cannot represent value"),
            ({"price": 1.5}, "1.5 of Item.price is no Money"),
        ],
    )
    async def test_an_answer_that_the_vendor_would_not_give(
        self, fake: FakeDepot, change: dict[str, Any], words: str
    ) -> None:
        """A mapping that is tried with such an answer is not tried at all."""
        fake.shown = {**ITEM, **change}
        with pytest.raises(SpecificationViolation, match=words):
            await fake.send(ask('{ item(id: "1") { name kind price } }'))

    async def test_a_field_that_the_fake_does_not_know_is_no_null(self, fake: FakeDepot) -> None:
        del fake.shown["kind"]
        with pytest.raises(SpecificationViolation, match=r"no value for Item\.kind"):
            await fake.send(ask('{ item(id: "1") { kind } }'))

    async def test_a_refusal_has_the_vendors_words(self, fake: FakeDepot) -> None:
        said = (await fake.send(ask(ONE, id="gone"))).json()
        assert said["data"] == {"item": None}
        assert said["errors"] == [{"message": "no such item", "extensions": {"code": "NOT_FOUND"}, "path": ["item"]}]

    async def test_faults_strike_by_root_field(self, fake: FakeDepot) -> None:
        fake.fail(Fault.BROKEN, path="mutation change")
        assert (await fake.send(ask(ONE, id="1"))).status == 200
        change = ask("mutation C($i: Change!) { change(input: $i) { name } }", i={"id": "1", "units": 1})
        assert (await fake.send(change)).status == 500
        assert fake.keys == []
