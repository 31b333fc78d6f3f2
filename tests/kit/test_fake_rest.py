"""The fake vendor refuses what a specification does not allow; each rule is shown a fault that it has to find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.integrations.kit.fake import Call, Fault, Reply, RestFake, Specification, SpecificationViolation, serves
from crossdock.integrations.kit.fake.paging import numbered
from crossdock.integrations.kit.fake.schemas import Schemas
from crossdock.integrations.kit.fake.specification import SpecificationProblem
from crossdock.integrations.kit.transport import AnswerLost, NotSent, VendorRequest

pytestmark = pytest.mark.anyio
ITEM = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "maxLength": 5},
        "note": {"type": "string", "nullable": True},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "amount": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        "inner": {"allOf": [{"$ref": "#/components/schemas/base"}, {"properties": {"own": {"type": "string"}}}]},
    },
}
NEW = {
    "openapi": "3.0.3",
    "paths": {
        "/items": {
            "get": {
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                    {"name": "per_page", "in": "query", "schema": {"type": "integer"}},
                    {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "X-Shop", "in": "header", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/item"}}
                            }
                        },
                    }
                },
            }
        },
        "/items/{id}": {
            "put": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/item"}}},
                },
                "responses": {
                    "200": {
                        "description": "",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/item"}}},
                    }
                },
            }
        },
    },
    "components": {"schemas": {"item": ITEM, "base": {"type": "object", "properties": {"code": {"type": "string"}}}}},
}
OLD = {
    "swagger": "2.0",
    "consumes": ["application/json"],
    "paths": {
        "/items": {
            "get": {
                "parameters": [
                    {"name": "page", "in": "query", "type": "integer", "required": False},
                    {"name": "per_page", "in": "query", "type": "integer"},
                    {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"}},
                    {"name": "X-Shop", "in": "header", "required": True, "type": "string"},
                ],
                "responses": {
                    "200": {"description": "", "schema": {"type": "array", "items": {"$ref": "#/definitions/item"}}}
                },
            }
        },
        "/items/{id}": {
            "put": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "integer"},
                    {"name": "body", "in": "body", "required": True, "schema": {"$ref": "#/definitions/item"}},
                ],
                "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/item"}}},
            }
        },
    },
    "definitions": {
        "item": json.loads(
            json.dumps(ITEM).replace("#/components/schemas/", "#/definitions/").replace("nullable", "x-nullable")
        ),
        "base": {"type": "object", "properties": {"code": {"type": "string"}}},
    },
}


class FakeDepot(RestFake):
    """Answers whatever a test puts into `shown`."""

    credentials = {}

    def __init__(self) -> None:
        super().__init__()
        self.shown: Any = [{"id": 1, "name": "one"}]
        self.status = 200

    def admits(self, request: VendorRequest) -> bool:
        return request.headers.get("key") == "test-key"

    @serves("GET", "/items")
    def items(self, call: Call) -> Reply:
        return Reply(numbered(call, self.shown)[0] if isinstance(self.shown, list) else self.shown, self.status)

    @serves("PUT", "/items/{id}")
    def change_item(self, call: Call) -> Any:
        return {"id": call.params["id"], **call.body}


@pytest.fixture(params=["2.0", "3.0"])
def fake(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDepot:
    """The same interface in either version of OpenAPI."""
    monkeypatch.setenv("CROSSDOCK_SPECIFICATIONS", str(tmp_path))
    name = f"depot-{tmp_path.name}.json"
    (tmp_path / name).write_text(json.dumps(OLD if request.param == "2.0" else NEW))
    kind = type("Made", (FakeDepot,), {"specifications": (Specification(name, "A", base="/api"),)})
    made: FakeDepot = kind()
    return made


def get(query: str = "", **headers: str) -> VendorRequest:
    given = {"key": "test-key", "x-shop": "1", **headers}
    return VendorRequest("GET", f"https://depot.example/api/items{query}", given)


def put(body: Any, path: str = "/items/7", media: str = "application/json") -> VendorRequest:
    given = {"key": "test-key", "content-type": media}
    return VendorRequest("PUT", f"https://depot.example/api{path}", given, json.dumps(body).encode())


class TestRequests:
    async def test_what_fits_is_carried_out(self, fake: FakeDepot) -> None:
        assert (await fake.send(get("?page=1&per_page=5&tags=a,b"))).json() == [{"id": 1, "name": "one"}]
        answer = await fake.send(put({"name": "two", "note": None, "inner": {"code": "c", "own": "o"}}))
        assert answer.json()["id"] == 7
        assert fake.calls[0].query == {"page": 1, "per_page": 5, "tags": ["a", "b"]}
        assert fake.requests_checked == fake.answers_checked == 2
        assert fake.violations == []

    @pytest.mark.parametrize(
        ("request_", "words"),
        [
            (VendorRequest("GET", "https://depot.example/api/goods", {}), "has no GET /api/goods"),
            (VendorRequest("DELETE", "https://depot.example/api/items", {}), "it knows GET there"),
            (get("?page=one"), "query page"),
            (get("?page=1&page=2"), "query page"),
            (get("?size=3"), "query size: not a parameter"),
            (get("?per_page=101"), "a page has 1 to 100 items"),
            (get("?page=0"), "pages count from 1"),
            (VendorRequest("GET", "https://depot.example/api/items", {"key": "test-key"}), "header x-shop: missing"),
            (put({"name": "two"}, "/items/seven"), "path id"),
            (put({"note": "x"}), "name"),
            (put({"name": "too long"}), "longer than 5"),
            (put({"name": "two", "color": "red"}), "color"),
            (put({"name": "two", "id": 3}), "id"),
            (put({"name": "two", "kind": "c"}), "kind"),
            (put({"name": "two", "amount": 0}), "amount"),
            (put({"name": "two", "inner": {"else": 1}}), "else"),
            (put({"name": None}), "name"),
            (put({"name": "two"}, media="text/plain"), "text/plain is not one of"),
            (VendorRequest("PUT", "https://depot.example/api/items/7", {}), "body: missing"),
        ],
        ids=lambda value: value.replace("/", " ") if isinstance(value, str) else "",
    )
    async def test_what_does_not_fit_is_a_violation(self, fake: FakeDepot, request_: VendorRequest, words: str) -> None:
        """An adapter that sends this would be refused by the real vendor, or do something else than it means."""
        with pytest.raises(SpecificationViolation, match=words.replace("(", ".")):
            await fake.send(request_)
        assert len(fake.violations) == 1
        assert fake.calls == []

    async def test_a_wrong_key_is_refused_as_the_vendor_does(self, fake: FakeDepot) -> None:
        assert (await fake.send(get(key="test-wrong"))).status == 401
        assert fake.calls == []


class TestAnswers:
    @pytest.mark.parametrize(
        "shown", [[{"id": 1}], [{"id": "1", "name": "one"}], [{"id": 1, "name": "one", "more": 1}], {"id": 1}]
    )
    async def test_an_answer_that_the_vendor_would_not_give(self, fake: FakeDepot, shown: Any) -> None:
        """A mapping that is tried with such an answer is not tried at all."""
        fake.shown = shown
        with pytest.raises(SpecificationViolation, match="does not allow its answer"):
            await fake.send(get())

    async def test_a_status_that_is_not_declared(self, fake: FakeDepot) -> None:
        fake.status = 202
        with pytest.raises(SpecificationViolation, match="no answer with status 202"):
            await fake.send(get())


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            (Fault.UNAUTHORIZED, 401),
            (Fault.FORBIDDEN, 403),
            (Fault.TOO_MANY, 429),
            (Fault.BROKEN, 500),
            (Fault.BUSY, 503),
        ],
    )
    async def test_a_status_without_an_effect(self, fake: FakeDepot, fault: Fault, status: int) -> None:
        fake.fail(fault, method="PUT", retry_after=7)
        assert (await fake.send(get())).status == 200
        answer = await fake.send(put({"name": "two"}))
        assert answer.status == status
        assert (answer.headers.get("retry-after") == "7") is (status == 429)
        assert [call.method for call in fake.calls] == ["GET"]
        assert (await fake.send(put({"name": "two"}))).status == 200

    async def test_a_request_that_never_arrives_and_an_answer_that_does_not(self, fake: FakeDepot) -> None:
        fake.fail(Fault.UNREACHABLE)
        with pytest.raises(NotSent):
            await fake.send(put({"name": "two"}))
        fake.fail(Fault.SLOW)
        with pytest.raises(AnswerLost):
            await fake.send(put({"name": "two"}))
        assert len(fake.calls) == 1

    async def test_half_a_page_and_the_same_page_again(self, fake: FakeDepot) -> None:
        fake.shown = [{"id": number, "name": "n"} for number in range(4)]
        fake.fail(Fault.HALF)
        whole = (await fake.send(get("?per_page=2")), await fake.send(get("?per_page=2")))
        assert whole[1].body.startswith(whole[0].body)
        assert len(whole[0].body) < len(whole[1].body)
        fake.fail(Fault.DUPLICATED)
        assert (await fake.send(get("?per_page=2&page=2"))).json() == whole[1].json()
        assert (await fake.send(get("?per_page=2&page=2"))).json() != whole[1].json()


class TestWords:
    """What a person reads who writes a fake; a reason that hides among consequences costs an hour."""

    SHELF: ClassVar[dict[str, Any]] = {
        "allOf": [{"type": "object", "properties": {"code": {"type": "string"}}}],
        "properties": {"own": {"type": "string"}},
    }

    def problems(self, schema: dict[str, Any], value: Any) -> list[str]:
        return Schemas({"openapi": "3.0.3"}).problems(schema, value, "answer")

    def test_one_bad_field_is_one_problem(self) -> None:
        [problem] = self.problems(self.SHELF, {"code": 1, "own": "x"})
        assert problem.startswith("code: ")

    def test_an_unknown_field_is_still_found(self) -> None:
        [problem] = self.problems(self.SHELF, {"code": "a", "more": 1})
        assert "more" in problem

    def test_a_schema_that_nothing_can_fit_says_so(self) -> None:
        """Generators close schemas around others; the overlay opens them, and nothing in the fake can."""
        closed = {"additionalProperties": False, "oneOf": [{"type": "object", "properties": {"own": {}}}]}
        [problem] = self.problems(closed, {"own": "x"})
        assert "closed (additionalProperties: false); see the overlay" in problem


class TestOverlays:
    @pytest.mark.parametrize(
        ("overlay", "words"),
        [
            ("[{at: /paths/~1items/get/responses/202, set: {description: x}}]", "no evidence"),
            ("[{at: /paths/~1items/get/deprecated, remove: true, evidence: e}]", "changes nothing"),
            ("[{at: /nothing/*/x, merge: {a: 1}, evidence: e}]", "changes nothing"),
            ("[{at: /paths, set: {}, merge: {}, evidence: e}]", "one of"),
        ],
    )
    async def test_a_correction_without_reason_or_effect(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overlay: str, words: str
    ) -> None:
        """A correction that nobody can check, or that corrects nothing, hides what the specification says."""
        with pytest.raises(SpecificationProblem, match=words):
            _corrected(tmp_path, monkeypatch, overlay)

    async def test_corrections_are_seen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        overlay = """
        - {at: /paths/~1items/get/responses/202, set: {description: later}, evidence: e}
        - {at: /components/schemas/*/properties/name, merge: {maxLength: 9}, evidence: e}
        - {at: /components/schemas/item/properties/kind/enum, append: [c], evidence: e}
        - {at: /components/schemas/item/properties/note, remove: true, evidence: e}
        """
        found = _corrected(tmp_path, monkeypatch, overlay)
        item = found["components"]["schemas"]["item"]["properties"]
        assert found["paths"]["/items"]["get"]["responses"]["202"] == {"description": "later"}
        assert item["name"] == {"type": "string", "maxLength": 9}
        assert item["kind"]["enum"] == ["a", "b", "c"]
        assert "note" not in item

    async def test_a_reference_leads_nowhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        overlay = "[{at: /components/schemas/base, remove: true, evidence: e}]"
        _corrected(tmp_path, monkeypatch, overlay)
        specification = Specification("depot.json", "A", base="/api", overlay=tmp_path / "overlay.yaml")
        fake: FakeDepot = type("Made", (FakeDepot,), {"specifications": (specification,)})()
        with pytest.raises(SpecificationProblem, match="#/components/schemas/base leads nowhere"):
            await fake.send(put({"name": "two"}))


def _corrected(folder: Path, monkeypatch: pytest.MonkeyPatch, overlay: str) -> dict[str, Any]:
    monkeypatch.setenv("CROSSDOCK_SPECIFICATIONS", str(folder))
    (folder / "depot.json").write_text(json.dumps(NEW))
    (folder / "overlay.yaml").write_text(overlay)
    return Specification("depot.json", "A", base="/api", overlay=folder / "overlay.yaml").document()
