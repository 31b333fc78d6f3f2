"""The Postman collection: run from the top on a fresh sandbox, every request gets its 200.

The scripts of the collection are JavaScript; what they take from an answer is read here by their fixed shapes.
`make postman` runs them for real.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crossdock.accounts import service as accounts
from crossdock.contract.management.sandboxes import GENERATE_SANDBOX
from crossdock.documents import postman
from crossdock.documents.examples import example
from crossdock.documents.postman_bodies import can
from crossdock.documents.postman_scripts import ALLOWED, UNDER_WAY
from crossdock.platform.auth import CATALOGUE_OPERATIONS
from crossdock.platform.engine import Engine
from crossdock.platform.openapi import OPERATIONS

pytestmark = pytest.mark.anyio

_SET = re.compile(r'pm\.collectionVariables\.set\("(\w+)", (.+)\);')
_VARIABLE = re.compile(r"{{(\w+)}}")


@pytest.fixture(scope="module")
def collection() -> dict[str, Any]:
    return postman.collection("http://crossdock.test")


def _requests(collection: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for folder in collection["item"]:
        for item in folder["item"]:
            yield f"{folder['name']} / {item['name']}", item


def _script(item: dict[str, Any]) -> list[str]:
    lines: list[str] = item["event"][0]["script"]["exec"]
    return lines


def _taken(expression: str, said: Any) -> Any:
    """What an expression of our scripts gives."""
    if picked := re.fullmatch(r'pick\("([\w.]+)", (\d), "(\w*)"\)', expression):
        told = [(len([v for v in record.values() if v not in (None, "", [])]), record) for record in said["data"]]
        states = {name: place for place, name in enumerate(UNDER_WAY, 1)}
        ranked = sorted(told, key=lambda pair: -(pair[0] + 1000 * states.get(str(pair[1].get("status")), 0)))
        fitting = [record for _, record in ranked if not picked[3] or record["status"] == picked[3]]
        values = [value for record in fitting if (value := _at(record, picked[1]))]
        return values[min(int(picked[2]), len(values) - 1)] if values else None
    if made := re.fullmatch(r"made\.(\w+)", expression):
        return said[made[1]]
    assert expression == "id", expression
    nested = [value["id"] for value in said.values() if isinstance(value, dict) and value.get("id")]
    return said.get("id") or (nested[0] if nested else None)


def _at(record: Any, path: str) -> Any:
    for key in path.split("."):
        record = (record or {}).get(key) if isinstance(record, dict) else (record or [None])[int(key)]
    return record


async def _run(http: httpx.AsyncClient, item: dict[str, Any], variables: dict[str, str]) -> httpx.Response:
    def fill(text: str) -> str:
        return _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), text)

    request = item["request"]
    raw = request["url"]["raw"]
    assert raw.partition("?")[0] == "{{base_url}}/" + "/".join(request["url"]["path"])
    body = request.get("body", {})
    parts = {part["key"]: (None, fill(part["value"])) for part in body.get("formdata", ())}
    answer = await http.request(
        request["method"],
        fill(raw),
        headers={header["key"]: fill(header["value"]) for header in request["header"]},
        content=fill(body["raw"]) if "raw" in body else None,
        files=parts or None,
    )
    for line in _script(item):
        found = _SET.search(line)
        if found is not None and (value := _taken(found[2], answer.json())) is not None:
            variables[found[1]] = str(value)
    return answer


async def test_everything_works_from_a_fresh_start(
    engine: Engine, http: httpx.AsyncClient, collection: dict[str, Any]
) -> None:
    """Whoever imports the collection tries the API with it first."""
    organization_id = await accounts.create_organization(engine.database, "postman")
    variables = {item["key"]: item["value"] for item in collection["variable"]}
    variables["api_key"] = await accounts.create_key(engine.database, organization_id, "postman")
    wrong = {}
    for name, item in _requests(collection):
        answer = await _run(http, item, variables)
        expected = re.search(r"oneOf\(\[([\d, ]+)\]\)", "".join(_script(item)))
        assert expected is not None, name
        if str(answer.status_code) not in expected[1].split(", "):
            wrong[name] = f"{answer.request.url} {answer.request.content!r}: {answer.status_code} {answer.text}"
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())


class TestCollection:
    def test_every_operation_that_a_sandbox_can_do_is_there_once(self, collection: dict[str, Any]) -> None:
        called = [
            (item["request"]["method"], item["name"])
            for folder in collection["item"]
            if folder["name"] != postman.START
            for item in folder["item"]
            if not item["name"].endswith(postman.AGAIN)
        ]
        possible = [op for op in OPERATIONS if can(op) and op is not GENERATE_SANDBOX]
        assert sorted(called) == sorted((operation.method, operation.summary) for operation in possible)
        assert len(possible) > 20

    def test_every_request_says_what_its_answer_has_to_be(self, collection: dict[str, Any]) -> None:
        for name, item in _requests(collection):
            assert any("pm.response.code" in line for line in _script(item)), name

    def test_other_answers_than_200_have_a_reason(self) -> None:
        """A collection that takes any answer would show nothing."""
        assert len(set(ALLOWED) - CATALOGUE_OPERATIONS) == 2
        assert set(ALLOWED) <= {operation.operation_id for operation in OPERATIONS}

    def test_it_names_no_secret_and_holds_its_address(self, collection: dict[str, Any]) -> None:
        variables = {item["key"]: item["value"] for item in collection["variable"]}
        assert variables.pop("base_url") == "http://crossdock.test"
        assert set(variables.values()) == {""}
        assert collection["info"]["schema"].endswith("/v2.1.0/collection.json")

    async def test_it_is_served(self, http: httpx.AsyncClient, collection: dict[str, Any]) -> None:
        answer = await http.get("/postman.json")
        assert answer.json() == json.loads(json.dumps(collection))
        again = await http.get("/postman.json", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        ({"type": "string", "examples": ["a"]}, "a"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "string", "enum": ["x", "y"]}, "x"),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "minimum": -9}, 1),
        ({"type": "string", "format": "date-time"}, "2026-01-01T00:00:00Z"),
        (
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["b"]},
            {"b": "text"},
        ),
        ({"type": "object", "properties": {"a": {"type": "string", "examples": ["1"]}, "b": {}}}, {"a": "1"}),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, ["text"]),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"const": "c"}, "c"),
        ({}, None),
    ],
)
def test_examples(schema: dict[str, Any], made: Any) -> None:
    assert example(schema) == made
