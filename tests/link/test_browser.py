"""Connecting in Chromium, with the published React package as it is."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.link.stage import Stage, shoot, window_of

pytestmark = pytest.mark.anyio


class TestReact:
    async def test_the_sandbox(self, stage: Stage) -> None:
        """The first thing a developer tries; it ends with records read by the new token."""
        async with stage.visit() as visitor:
            page = await visitor.bench({"name": "Connect", "sandbox": True})
            said = page.get_by_role("listitem")
            await expect(said).to_have_text(["loaded"])
            await page.get_by_role("button", name="Connect").click()
            window = window_of(page)
            await expect(window.get_by_role("heading", level=1)).to_have_text(
                "Connect your warehouse system to Harbour Goods"
            )
            await shoot(page, "welcome-desk-light")
            await window.get_by_role("button", name="Continue").click()
            await shoot(page, "picker-desk-light")
            await window.get_by_role("button", name="Sandbox").click()
            await window.get_by_role("button", name="Connect").click()
            await expect(window.get_by_role("heading", level=1)).to_have_text("Sandbox is connected")
            await shoot(page, "success-desk-light")
            await window.get_by_role("button", name="Finish").click()
            await expect(said.last).to_have_text("closed")
            await expect(page.get_by_text("connected sandbox")).to_be_visible()
