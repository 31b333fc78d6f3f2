"""Schemathesis on the served document: no server error, and no answer that the document does not describe.

Reads are fuzzed on `/openapi.json`, writes on the write-info document of each sandbox, with the very schemas that
judge. Path parameters are ids of stored records in part of the cases, so that writes get through to the vendor.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crossdock.contract.operations import Access, Kind, Operation
from crossdock.contract.values import VERTICALS
from crossdock.integrations import registry
from crossdock.platform.openapi import OPERATIONS
from tests.api.processes import Installation, installation

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
SANDBOXES = tuple(vertical for vertical in VERTICALS if registry.find(vertical, "sandbox") is not None)
READ_CASES, WRITE_CASES = 12, 40


def _implemented(operation: Operation) -> bool:
    if operation.action is None:
        return True
    adapter = registry.find(operation.action.vertical, "sandbox")
    return adapter is not None and adapter.can(operation.action)


READS = [item for item in OPERATIONS if item.kind is not Kind.WRITE and _implemented(item)]
WRITES = [item for item in OPERATIONS if item.kind is Kind.WRITE and _implemented(item)]


@dataclass
class Target:
    """A served API, two sandboxes, and what is known of them."""

    url: str
    key: str
    tokens: dict[str, str]
    document: dict[str, Any]
    ids: dict[str, list[str]]

    def headers(self, operation: Operation) -> dict[str, str]:
        """Real credentials of the vertical that the operation is about."""
        given = {"x-trackstar-api-key": self.key}
        if operation.access is Access.TOKEN:
            given["x-trackstar-access-token"] = self.tokens[operation.action.vertical if operation.action else "wms"]
        return given


def _records(url: str, headers: dict[str, str], path: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{url}{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


@pytest.fixture(scope="module")
def target(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The API as it is served, by the real web server."""
    with installation(tmp_path_factory.mktemp("fuzz"), CROSSDOCK_DATABASE_URL=database_url) as served:
        made = served.run("keys", "create", "--organization", f"fuzz {random.random()}", "--new-organization")  # noqa: S311
        assert made.returncode == 0, made.stderr
        served.start_answering("api")
        yield _look_around(served, made.stdout.strip())


def _look_around(served: Installation, key: str) -> Target:
    tokens, ids = {}, {}
    for vertical in SANDBOXES:
        path = f"{served.url}/sandbox/generate-sandbox/{vertical}"
        answer = httpx.post(path, headers={"x-trackstar-api-key": key}, timeout=30)
        assert answer.status_code == 200, answer.text
        tokens[vertical] = answer.json()["access_token"]
        headers = {"x-trackstar-api-key": key, "x-trackstar-access-token": tokens[vertical]}
        for operation in READS:
            if operation.kind is Kind.LIST and operation.action and operation.action.vertical == vertical:
                path = operation.path.replace("{warehouse_id}", "warehouse_id_0")
                assert operation.resource is not None
                records = _records(served.url, headers, path)
                ids[f"{vertical} {operation.resource.id_param}"] = [record["id"] for record in records]
                if operation.path == "/cart/products":
                    variants = [record["id"] for record in records if record["parent_product_id"] != record["id"]]
                    ids["cart product_id"] = variants
                if operation.path == "/cart/orders":
                    open_ones = [record for record in records if record["status"] in ("confirmed", "processing")]
                    ids["cart order_id"] = [record["id"] for record in open_ones]
                    ids["cart line_item_id"] = [
                        line["line_item_id"] for record in open_ones for line in record["line_items"]
                    ]
                if operation.path == "/wms/products":
                    ids["wms kit_id"] = [record["id"] for record in records if record["is_kit"]]
    document = httpx.get(f"{served.url}/openapi.json").json()
    return Target(served.url, key, tokens, document, ids)


def _written(target: Target, operation: Operation) -> dict[str, Any]:
    """The served document with the body of a write as this account's write-info has it."""
    assert operation.action is not None
    vertical = operation.action.vertical
    path = f"{target.url}/integrations/{vertical}/sandbox/write-info"
    info = httpx.get(path, headers=target.headers(operation)).json()
    body = info["paths"][operation.path][operation.method.lower()]["requestBody"]
    served = target.document["paths"][operation.path][operation.method.lower()]
    own = info["components"]["schemas"]
    offered = {
        name: ids
        for name in ("product_id", "warehouse_id", "line_item_id")
        if (ids := target.ids.get(f"{vertical} {name}"))
    }
    _offer_ids(own, offered)
    components = {**target.document["components"]}
    components["schemas"] = {**components["schemas"], **own}
    paths = {operation.path: {operation.method.lower(): {**served, "requestBody": body}}}
    return {**target.document, "paths": paths, "components": components}


def _offer_ids(schema: Any, offered: dict[str, list[str]]) -> None:
    """Lets fields hold ids that exist; the published schema cannot list a whole catalogue."""
    for name, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if name in offered and isinstance(value, dict) and "enum" not in value:
            schema[name] = {"type": "string", "enum": offered[name]}
        elif isinstance(value, dict | list):
            _offer_ids(value, offered)


def _fits(case: schemathesis.Case[Any]) -> bool:
    """Whether the case was made to fit the document."""
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE


def _refused_fields(answer: schemathesis.Response) -> dict[str, list[str]]:
    """Fields that our judge refused."""
    if answer.status_code != 422 or answer.json()["origin"] != "trackstar":
        return {}
    fields: dict[str, list[str]] = answer.json()["detail"].get("json", {})
    return fields


def _without_fractions(body: Any) -> Any:
    """Whole numbers written without `.0`: as an integer it is refused, which JSON Schema cannot say."""
    if isinstance(body, dict):
        return {name: _without_fractions(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_without_fractions(value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body


def _fuzz(target: Target, operation: Operation, document: dict[str, Any], cases: int) -> dict[int, int]:
    """Runs cases of one operation; gives how often each status came."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=target.url)
    fuzzed = schema[operation.path][operation.method]
    vertical = operation.action.vertical if operation.action else "wms"
    real = {name: target.ids.get(f"{vertical} {name}", []) for name in operation.path_parameters}
    statuses: dict[int, int] = {}

    @seed(1)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]).flatmap(
            lambda mode: fuzzed.as_strategy(generation_mode=mode)
        ),
        chosen=st.fixed_dictionaries({name: st.none() | st.sampled_from(ids) for name, ids in real.items() if ids}),
    )
    def run(case: schemathesis.Case[Any], chosen: dict[str, str | None]) -> None:
        # Asked first: what is changed below counts as a mutation, whatever it is.
        fits = _fits(case)
        case.path_parameters.update({name: value for name, value in chosen.items() if value is not None})
        case.body = _without_fractions(case.body) if fits else case.body
        # Credentials are parameters of the document; made-up ones would only ever meet the 401. And the same
        # Idempotency-Key comes again and again, which would hide the body behind a 400.
        left_out = ("x-trackstar", "idempotency") if fits else ("x-trackstar",)
        others = {name: value for name, value in case.headers.items() if not name.lower().startswith(left_out)}
        case.headers = CaseInsensitiveDict({**others, **target.headers(operation)})
        answer = case.call()
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        case.validate_response(answer, checks=CHECKS)
        if operation.kind is Kind.WRITE and fits:
            assert _refused_fields(answer) == {}, f"{case.body!r} fits the document"

    run()
    return statuses


def _name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", READS, ids=_name)
def test_reads_and_management(target: Target, operation: Operation) -> None:
    statuses = _fuzz(target, operation, target.document, READ_CASES)
    assert 401 not in statuses
    assert sum(statuses.values()) >= READ_CASES // 2


@pytest.mark.parametrize("operation", WRITES, ids=_name)
def test_writes(target: Target, operation: Operation) -> None:
    """What write-info allows is taken or refused by the vendor in its own words; what it forbids is a 422."""
    statuses = _fuzz(target, operation, _written(target, operation), WRITE_CASES)
    assert 401 not in statuses
    assert statuses.get(422)
    assert statuses.get(200), f"no write got through: {statuses}"
