"""The code of the guide about connecting works as it stands: what a newcomer copies from it connects the sandbox."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.link.stage import SCRIPT_HOST, Stage, heading, window_of

# One process plays them all, so that the stage is built once.
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("file", "button", "strict"),
    [("react.html", "Connect your warehouse", True), ("plain.html", "Connect your shop", False)],
)
async def test_a_page_of_the_guide(stage: Stage, file: str, button: str, strict: bool) -> None:
    """The React page also under a policy that allows nothing but itself and our address."""
    server, company = stage.served.url, stage.company
    policy = f"default-src 'none'; script-src 'self' {server}; frame-src {server}; connect-src 'self'"
    company.extra_headers = {"content_security_policy": policy} if strict else {}
    asked: list[str] = []
    async with stage.visit() as visitor:
        visitor.context.on("request", lambda request: asked.append(request.url))
        page = await visitor.hosted(f"{company.url}/{file}")
        company.extra_headers = {}
        # React puts the size of its button into the markup, which this policy refuses; that has nothing to do with us.
        visitor.errors[:] = [text for text in visitor.errors if "style" not in text]
        await page.get_by_role("button", name=button).click()
        window = window_of(page)
        await window.get_by_role("button", name="Continue").click()
        await window.get_by_role("button", name="Sandbox").click()
        await window.get_by_role("button", name="Connect").click()
        if strict:
            await heading(window, "Sandbox is connected")
            await window.get_by_role("button", name="Finish").click()
        await expect(page.get_by_role("status")).to_have_text(re.compile(r"Connected sandbox: [1-9]\d* records so far"))
        await expect(page.get_by_title("Connect a system")).to_have_count(0)
    assert [url for url in asked if SCRIPT_HOST in url] == []
