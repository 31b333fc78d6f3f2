"""The scripts in the Postman collection: what an answer has to be, and what later requests take from it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from crossdock.contract.management.link import EXCHANGE_AUTH_CODE
from crossdock.contract.management.on_demand_syncs import CANCEL_ON_DEMAND_SYNC
from crossdock.contract.operations import Operation
from crossdock.documents.postman_bodies import Wanted
from crossdock.platform.auth import CATALOGUE_OPERATIONS

PAUSE_MILLISECONDS = 125
PAUSE = [f"setTimeout(function () {{}}, {PAUSE_MILLISECONDS});"]
"""A request waits for the timers of its script, so this holds calls below ten a second."""


UNDER_WAY = ["open", "confirmed", "processing"]
"""Records that something can still be done with; the later the better."""


ALLOWED = {
    # May be called once a minute, and a collection is run twice in a row now and then.
    **dict.fromkeys(CATALOGUE_OPERATIONS, (200, 429)),
    # The code comes out of a sign-in in a browser, so a made-up one can only be refused here.
    EXCHANGE_AUTH_CODE.operation_id: (400,),
    # A job that has ended meanwhile cannot be cancelled.
    CANCEL_ON_DEMAND_SYNC.operation_id: (200, 400),
}
"""What other answers than 200 are as they should be, by operation."""


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
    """Of a list: takes what is wanted from records under way first, and of those from the one that says most."""
    lines = [
        *_expect([200]),
        "const told = item => Object.values(item).filter(value => value !== null && String(value) !== '').length;",
        f"const rank = item => told(item) + 1000 * {json.dumps(UNDER_WAY)}.indexOf(item.status);",
        "const records = [...pm.response.json().data].sort((one, other) => rank(other) - rank(one));",
        "pm.test('there are records', function () { pm.expect(records).to.not.be.empty; });",
        "const at = (item, path) => path.split('.').reduce((value, key) => value && value[key], item);",
        "const fits = (item, status) => !status || item.status === status;",
        "const having = (path, status) =>",
        "  records.filter(item => fits(item, status)).map(item => at(item, path)).filter(value => value);",
        "const pick = (path, place, status, found = having(path, status)) => found[Math.min(place, found.length - 1)];",
    ]
    lines += [
        _set(item.name, f"pick({json.dumps(item.field)}, {item.place}, {json.dumps(item.status)})") for item in wanted
    ]
    return lines if wanted else _expect([200])


def expect(operation: Operation, made: Sequence[str]) -> list[str]:
    """Of any call: its status, and the id of what it made, as these variables, for the requests that follow."""
    lines = _expect(ALLOWED.get(operation.operation_id, (200,)))
    if made:
        lines += [
            "const said = pm.response.json();",
            "const nested = Object.values(said).find(item => item && typeof item === 'object' && item.id);",
            "const id = said.id || (nested && nested.id);",
            *(_set(name, "id") for name in made),
        ]
    return lines
