"""The official verifiers take our messages, and nothing that was changed on the way."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import standardwebhooks
import svix.webhooks

from tests.api.client import DepotConnection
from tests.kit.loopback import Received
from tests.webhooks.conftest import Hooks, Receiver

pytestmark = pytest.mark.anyio

MODULES = Path(__file__).parents[1] / "api" / "clients" / "node_modules"


class Case(NamedTuple):
    """A message as it arrives, and with which secret it is verified."""

    secret: str
    body: str
    headers: dict[str, str]
    verdict: str


def _header(name: str, change: Callable[[str], str]) -> Callable[[Received], dict[str, str]]:
    """The headers of a message with one of them changed, under the names of both conventions."""

    def changed(request: Received) -> dict[str, str]:
        own = {f"{prefix}-{name}" for prefix in ("svix", "webhook")}
        assert own <= request.headers.keys()
        return {key: change(value) if key in own else value for key, value in request.headers.items()}

    return changed


def _next_letter(text: str) -> str:
    """Another signature of the same length: the letter after its version is another one."""
    versions = [part.partition(",") for part in text.split(" ")]
    return " ".join(f"{version},{'B' if value[0] == 'A' else 'A'}{value[1:]}" for version, _, value in versions)


ALTERED: dict[str, Callable[[Received], dict[str, str]]] = {
    "another id": _header("id", lambda value: f"{value}0"),
    "a second later": _header("timestamp", lambda value: str(int(value) + 1)),
    "an hour ago": _header("timestamp", lambda value: str(int(value) - 3600)),
    "another signature": _header("signature", _next_letter),
    "no signature of a known version": _header("signature", lambda value: value.replace("v1,", "v9,")),
    "an empty signature": _header("signature", lambda _: ""),
}


async def _cases(hooks: Hooks, connection: DepotConnection, receiver: Receiver) -> list[Case]:
    """A message signed with two secrets, one after the old secret's time, and everything done to the latter."""
    row, first = await hooks.subscribe(receiver.url)
    second = (await connection.caller.post(f"/webhook-endpoints/{row.id}/rotate-secret")).json()["secret"]
    connection.depot.stock("a", sku="Schlüssel ✓ \u2028", onhand=10)
    await connection.sync()
    await hooks.drain()
    await hooks.run_sql("update webhook_endpoints set old_secret_until = now() - interval '1 second'")
    await connection.adjust("a")
    await hooks.drain()
    overlapping, later = receiver.got
    found = [Case(secret, overlapping.body.decode(), overlapping.headers, "accepted") for secret in (first, second)]
    body = later.body.decode()
    found.append(Case(second, body, later.headers, "accepted"))
    found.append(Case(first, body, later.headers, "refused"))
    found.append(Case("whsec_" + "A" * 43 + "=", body, later.headers, "refused"))
    found.append(Case(second, body.replace("✓", "✔"), later.headers, "refused"))
    found.append(Case(second, body + " ", later.headers, "refused"))
    found.append(Case(second, overlapping.body.decode(), later.headers, "refused"))
    found += [Case(second, body, change(later), "refused") for change in ALTERED.values()]
    assert "✓" in body
    return found


async def test_python(hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver) -> None:
    """Most receivers in Python verify with one of these; a message that they refuse is lost to them."""
    for case in await _cases(hooks, depot_connection, receiver):
        for library in (svix.webhooks, standardwebhooks):
            verifier = library.Webhook(case.secret)
            if case.verdict == "accepted":
                verifier.verify(case.body, case.headers)
                continue
            with pytest.raises(library.WebhookVerificationError):
                verifier.verify(case.body, case.headers)


def _said_by_node(cases: list[Case]) -> dict[str, list[str]]:
    done = subprocess.run(
        ["node", Path(__file__).with_name("verify.mjs"), MODULES],
        input=json.dumps([case._asdict() for case in cases]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


async def test_javascript(hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver) -> None:
    """The same libraries for Node."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    assert MODULES.exists(), "`make test` installs what is missing here"
    cases = await _cases(hooks, depot_connection, receiver)
    expected = [case.verdict for case in cases]
    assert await asyncio.to_thread(_said_by_node, cases) == {"svix": expected, "standardwebhooks": expected}
