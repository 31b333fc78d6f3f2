"""Schemathesis on the served document: no server error, and no answer that the document does not describe.

Reads are fuzzed on `/openapi.json`, writes on the write-info document of each sandbox, with the very schemas that
judge. Path parameters are ids of stored records in part of the cases, so that writes get through to the vendor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from schemathesis import GenerationMode

from crossdock.contract.operations import API_KEY_HEADER, Kind, Operation
from tests.api.fuzzing import (
    CHECKS,
    READS,
    WRITES,
    Target,
    fits_document,
    fresh_record,
    name_of,
    refused_fields,
    regenerate,
    without_fractions,
    written_document,
)

READ_CASES, WRITE_CASES = 12, 40


def _mostly(ids: Sequence[str]) -> st.SearchStrategy[str | None]:
    """An id that exists, three times out of four."""
    return st.sampled_from([False, True, True, True]).flatmap(
        lambda real: st.sampled_from(list(ids)) if real else st.none()
    )


def _fuzz(target: Target, operation: Operation, document: dict[str, Any], cases: int) -> dict[int, int]:
    """Runs cases of one operation; gives how often each status came."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=target.url)
    fuzzed = schema[operation.path][operation.method]
    vertical = operation.action.vertical if operation.action else "wms"
    real = {name: target.ids.get((vertical, name), []) for name in operation.path_parameters}
    if operation.kind is Kind.WRITE:
        real |= fresh_record(target, operation)
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
        chosen=st.fixed_dictionaries({name: _mostly(ids) for name, ids in real.items() if ids}),
    )
    def run(case: schemathesis.Case[Any], chosen: dict[str, str | None]) -> None:
        # Asked first: what is changed below counts as a mutation, whatever it is.
        fits = fits_document(case)
        case.path_parameters.update({name: value for name, value in chosen.items() if value is not None})
        case.body = without_fractions(case.body) if fits else case.body
        # Credentials are parameters of the document; made-up ones would only ever meet the 401. And the same
        # Idempotency-Key comes again and again, which would hide the body behind a 400.
        left_out = ("x-trackstar", "idempotency") if fits else ("x-trackstar",)
        others = {name: value for name, value in case.headers.items() if not name.lower().startswith(left_out)}
        case.headers = CaseInsensitiveDict({**others, **target.headers(operation)})
        answer = case.call()
        if API_KEY_HEADER not in answer.request.headers:
            # A case about a header that is left out takes this one out again.
            return
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        case.validate_response(answer, checks=CHECKS)
        if operation.kind is Kind.WRITE and fits:
            assert refused_fields(answer) == {}, f"{case.body!r} fits the document"

    run()
    return statuses


@pytest.mark.parametrize("operation", READS, ids=name_of)
def test_reads_and_management(target: Target, operation: Operation) -> None:
    statuses = _fuzz(target, operation, target.document, READ_CASES)
    assert 401 not in statuses
    # A call that takes nothing can only be made in one way.
    assert sum(statuses.values()) >= (READ_CASES // 2 if operation.parameters or operation.body else 1)


@pytest.mark.parametrize("operation", WRITES, ids=name_of)
def test_writes(target: Target, operation: Operation) -> None:
    """What write-info allows is taken or refused by the vendor in its own words; what it forbids is a 422."""
    assert operation.action is not None
    # Begun anew, because what other calls have shipped or cancelled would be refused.
    regenerate(target.url, target.key, operation.action.vertical)
    statuses = _fuzz(target, operation, written_document(target, operation), WRITE_CASES)
    assert 401 not in statuses
    assert statuses.get(422) or not operation.action.takes_body
    assert statuses.get(200), f"no write got through: {statuses}"
