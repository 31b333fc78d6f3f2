"""Schemathesis along the links of the document: what one call answers is what the next one is about.

One machine a vertical walks lists, single records, writes and tags of its sandbox, with the bodies of write-info.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import FlakyStrategyDefinition
from requests.structures import CaseInsensitiveDict
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ensure_resource_availability

from crossdock.contract.operations import Kind, Operation
from tests.api.fuzzing import CHECKS, READS, SANDBOXES, WRITES, Target, name_of, written_document

RUNS, WALKS, STEPS = 3, 5, 8
_SETTINGS = settings(
    max_examples=WALKS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _operations(vertical: str) -> list[Operation]:
    found = [*READS, *WRITES]
    return [item for item in found if item.resource is not None and item.resource.vertical == vertical]


def _document(target: Target, vertical: str) -> dict[str, Any]:
    """The vertical's part of the served document, its writes with the account's own schemas."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = dict(target.document["components"]["schemas"])
    for operation in _operations(vertical):
        method = operation.method.lower()
        if operation.kind is Kind.WRITE:
            written = written_document(target, operation)
            shown = written["paths"][operation.path][method]
            schemas.update(written["components"]["schemas"])
        else:
            shown = target.document["paths"][operation.path][method]
        paths.setdefault(operation.path, {})[method] = shown
    components = {**target.document["components"], "schemas": schemas}
    return _without_dangling_links({**target.document, "paths": paths, "components": components})


def _without_dangling_links(document: dict[str, Any]) -> dict[str, Any]:
    """Leaves out links to operations that the sandbox does not have."""
    known = {shown["operationId"] for methods in document["paths"].values() for shown in methods.values()}
    for methods in document["paths"].values():
        for method, shown in methods.items():
            answer = shown["responses"]["200"]
            links = {name: link for name, link in answer.get("links", {}).items() if name in known}
            responses = {**shown["responses"], "200": {**answer, "links": links}}
            methods[method] = {**shown, "responses": responses}
    return document


@pytest.mark.parametrize("vertical", SANDBOXES)
def test_links(target: Target, vertical: str) -> None:
    """Following a link never meets a server error, an undescribed answer, or a record that is suddenly not there."""
    operations = {name_of(item): item for item in _operations(vertical)}
    schema = schemathesis.openapi.from_dict(_document(target, vertical))
    schema.config.update(base_url=target.url)
    schema.config.generation.modes = [GenerationMode.POSITIVE]
    followed: dict[str, set[int]] = {}

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: schemathesis.Case[Any]) -> None:
            operation = operations[case.operation.label]
            kept = {name: value for name, value in case.headers.items() if not name.lower().startswith(("x-t", "idem"))}
            case.headers = CaseInsensitiveDict({**kept, **target.headers(operation)})

        def validate_response(
            self, response: schemathesis.Response, case: schemathesis.Case[Any], **kwargs: Any
        ) -> None:
            case.validate_response(response, checks=[*CHECKS, ensure_resource_availability], **kwargs)
            followed.setdefault(case.operation.label, set()).add(response.status_code)

    for number in range(RUNS):
        # What can come next depends on what was answered, which is different when a walk is made again: the state has
        # moved on. Hypothesis calls that flaky and ends the run; the next one begins elsewhere.
        with contextlib.suppress(FlakyStrategyDefinition):
            seed(number)(Walk).run(settings=_SETTINGS)
    # A made-up id is never found, so an answer about a record shows that a link was followed.
    assert [label for label, statuses in followed.items() if "{" in label and 200 in statuses]
