"""The scripts in the Postman collection: what an answer has to be, and what later requests take from it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from crossdock.contract.operations import Operation
from crossdock.documents.postman_bodies import Wanted
from crossdock.platform.auth import CATALOGUE_OPERATIONS

PAUSE_MILLISECONDS = 125
PAUSE = [f"setTimeout(function () {{}}, {PAUSE_MILLISECONDS});"]
"""A request waits for the timers of its script, so this holds calls below ten a second."""


def _expect(statuses: Sequence[int]) -> list[str]:
    shown = ", ".join(map(str, statuses))
    return [
        f"pm.test('the status is {shown.replace(', ', ' or ')}', function () {{",
        f"  pm.expect(pm.response.code, pm.response.text()).to.be.oneOf([{shown}]);",
        "});",
    ]


def _set(name: str, expression: str) -> str:
    return f"pm.collectionVariables.set({json.dumps(name)}, {expression});"


def take_tokens(vertical: str) -> list[str]:
    """Of a sandbox that was made."""
    return [
        *_expect([200]),
        "const made = pm.response.json();",
        _set(f"{vertical}_access_token", "made.access_token"),
        _set(f"{vertical}_connection_id", "made.connection_id"),
    ]


def look_around(wanted: Sequence[Wanted]) -> list[str]:
    """Of a list: takes what is wanted from the open records first, and of those from the one that says most."""
    lines = [
        *_expect([200]),
        "const told = item => Object.values(item).filter(value => value !== null && String(value) !== '').length;",
        "const rank = item => told(item) + (item.status === 'open' ? 1000 : 0);",
        "const records = [...pm.response.json().data].sort((one, other) => rank(other) - rank(one));",
        "pm.test('there are records', function () { pm.expect(records).to.not.be.empty; });",
        "const pick = field => (records.find(item => item[field]) || {})[field];",
    ]
    lines += [_set(item.name, f"pick({json.dumps(item.field)})") for item in wanted]
    return lines if wanted else _expect([200])


def expect(operation: Operation, vertical: str, made: Sequence[str]) -> list[str]:
    """Of any call: its status, and the id of what it made for the requests that follow."""
    # These may be called once a minute, and a collection is run twice in a row now and then.
    lines = _expect([200, 429] if operation.operation_id in CATALOGUE_OPERATIONS else [200])
    if made:
        lines += [
            "const said = pm.response.json();",
            "const nested = Object.values(said).find(item => item && typeof item === 'object' && item.id);",
            "const id = said.id || (nested && nested.id);",
            *(_set(f"{vertical}_{name}", "id") for name in made),
        ]
    return lines
