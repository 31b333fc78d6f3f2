"""Users' JavaScript can change a message, and nothing else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from crossdock.webhooks.transform import Transformed, Transformer, TransformFailed

pytestmark = pytest.mark.anyio
URL, BODY = "https://example.com/hooks", b'{"data":{"id":"\xc3\xa9","price":1.5}}'


@pytest.fixture(scope="module")
async def transformer() -> AsyncIterator[Transformer]:
    made = Transformer()
    yield made
    await made.close()


def _handler(body: str) -> str:
    return f"function handler(webhook) {{ {body} }}"


class TestChanges:
    @pytest.mark.parametrize(
        ("body", "made"),
        [
            ("return webhook", Transformed(URL, BODY, False)),
            ("webhook.payload.data.id = 'x'", Transformed(URL, b'{"data":{"id":"x","price":1.5}}', False)),
            ("return {...webhook, payload: [1, null]}", Transformed(URL, b"[1,null]", False)),
            ("webhook.url += '/x'; return webhook", Transformed(URL + "/x", BODY, False)),
            ("webhook.cancel = true; return webhook", Transformed(URL, BODY, True)),
            ("webhook.cancel = 'yes'; return webhook", Transformed(URL, BODY, False)),
        ],
    )
    async def test_it_may(self, transformer: Transformer, body: str, made: Transformed) -> None:
        assert await transformer.run(_handler(body), URL, BODY) == made

    async def test_nothing_stays_for_the_next_message(self, transformer: Transformer) -> None:
        """One endpoint's data must not be found by the code of another."""
        await transformer.run(_handler("globalThis.kept = webhook.payload; return webhook"), URL, BODY)
        made = await transformer.run(_handler("webhook.payload = typeof kept; return webhook"), URL, BODY)
        assert made.body == b'"undefined"'

    async def test_it_reaches_nothing_outside(self, transformer: Transformer) -> None:
        names = ["process", "require", "fetch", "XMLHttpRequest", "Deno", "importScripts"]
        code = _handler(f"webhook.payload = {names}.filter(name => name in globalThis); return webhook")
        assert (await transformer.run(code, URL, BODY)).body == b"[]"


class TestFailures:
    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (_handler("throw new Error('not today')"), "not today"),
            ("function handler(", "SyntaxError"),
            ("1", "no function handler"),
            (_handler("return 5"), "must return the webhook"),
            ("async " + _handler("return webhook"), "must return the webhook"),
            (_handler("webhook.url = 7; return webhook"), "url"),
            (_handler("return handler(webhook)"), "call stack"),
        ],
    )
    async def test_a_mistake_is_named(self, transformer: Transformer, code: str, reason: str) -> None:
        with pytest.raises(TransformFailed, match=reason):
            await transformer.run(code, URL, BODY)

    @pytest.mark.parametrize(
        "code",
        [
            _handler("while (true) {}"),
            "while (true) {}",
            _handler("/(a+)+$/.test('a'.repeat(60) + 'b'); return webhook"),
        ],
    )
    async def test_what_never_ends_is_ended(self, transformer: Transformer, code: str) -> None:
        with pytest.raises(TransformFailed, match="longer than 1 s"):
            await transformer.run(code, URL, BODY)
        assert await transformer.run(_handler("return webhook"), URL, BODY) == Transformed(URL, BODY, False)

    @pytest.mark.parametrize(
        "body",
        [
            "const all = []; while (true) all.push({a: [1, 2, 3]})",
            "const all = []; while (true) all.push(new Uint8Array(5e7).fill(1))",
            "let text = 'x'; while (true) { text = text + text + 'y'; text.charCodeAt(1) }",
            "webhook.payload = 'x'.repeat(3e8); return webhook",
        ],
        ids=["objects", "typed arrays", "text", "a huge payload"],
    )
    async def test_what_takes_all_memory_is_ended(self, transformer: Transformer, body: str) -> None:
        """Typed arrays lie outside of what V8 counts; without the look from outside they would fill the machine."""
        with pytest.raises(TransformFailed, match=r"memory|longer than 1 s"):
            await transformer.run(_handler(body), URL, BODY)
        assert await transformer.run(_handler("return webhook"), URL, BODY) == Transformed(URL, BODY, False)


async def test_the_children_end_with_the_transformer() -> None:
    made = Transformer()
    await asyncio.gather(*(made.run(_handler("return webhook"), URL, BODY) for _ in range(3)))
    processes = [child.process.pid for child in made._idle]
    assert processes
    await made.close()
    for pid in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
