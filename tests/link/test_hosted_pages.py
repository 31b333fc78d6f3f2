"""Connecting in Chromium without the company's application: by magic link, and by a link token in the address."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.api.depot_server import KEY
from tests.link.stage import DESK, PHONE, PUBLIC, Stage, audit, depart, heading, shoot

# One process plays them all, so that the stage is built once.
pytestmark = pytest.mark.anyio


async def _magic(stage: Stage, **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await stage.api("POST", "/magic-links", json=body))["magic_link"]
    assert made["url"].startswith(f"{PUBLIC}/link/")
    return made


async def _of_customer(stage: Stage, customer_id: str) -> dict[str, Any]:
    """The one connection of a customer."""
    rows = (await stage.api("GET", "/connections"))["data"]
    [found] = [row for row in rows if row["customer_id"] == customer_id]
    shown: dict[str, Any] = found
    return shown


async def _type_depot(stage: Stage, page: Page, key: str) -> None:
    await page.get_by_label("Address").fill(stage.depot.url)
    await page.get_by_label("Key", exact=True).fill(key)
    await page.get_by_role("button", name="Sign in").click()


class TestMagicLink:
    async def test_typed_credentials_on_a_phone(self, stage: Stage) -> None:
        """A merchant with nothing but a link gets through, and the company finds the connection in its list."""
        made = await _magic(stage, customer_id="by-link", integration_block_list=["granary"])
        async with stage.visit(PHONE) as visitor:
            page = await visitor.hosted(made["url"])
            await heading(page, "Connect your warehouse system to Harbour Goods")
            await shoot(page, "magic-welcome-phone-light")
            await audit(page)
            await page.get_by_role("button", name="Continue").click()
            await expect(page.locator('[data-system="granary"]')).to_have_count(0)
            await page.get_by_role("button", name="Depot").click()
            await shoot(page, "magic-form-phone-light")
            await audit(page)
            await _type_depot(stage, page, "mistyped")
            await expect(page.get_by_role("alert")).to_contain_text("did not accept")
            await shoot(page, "magic-form-wrong-phone-light")
            await _type_depot(stage, page, KEY)
            await heading(page, "Depot is connected")
            await expect(page.get_by_text("You can close this page.")).to_be_visible()
            await shoot(page, "magic-success-phone-light")
            await audit(page)
        found = await _of_customer(stage, "by-link")
        assert found["integration_name"] == "depot"
        again = await _magic(stage, connection_id=found["connection_id"])
        async with stage.visit(PHONE, "dark") as visitor:
            page = await visitor.hosted(again["url"])
            await heading(page, "Sign in to Depot again")
            await shoot(page, "magic-reinstall-phone-dark")
            await _type_depot(stage, page, KEY)
            await heading(page, "Depot is connected")
        assert (await _of_customer(stage, "by-link"))["connection_id"] == found["connection_id"]

    async def test_a_page_of_the_system_on_a_phone(self, stage: Stage) -> None:
        """Going elsewhere and back works from a link too, with one scope denied."""
        made = await _magic(stage, customer_id="by-grant", integration_allow_list=["granary"])
        async with stage.visit(PHONE, "dark") as visitor:
            page = await visitor.hosted(made["url"])
            await page.get_by_role("button", name="Continue").click()
            await page.get_by_label("Address").fill(stage.granary.url)
            popup = await depart(page, page)
            await popup.get_by_label("See what is in stock").uncheck()
            async with popup.expect_event("close"):
                await popup.get_by_role("button", name="Allow").click()
            await heading(page, "Some permissions are missing")
            await shoot(page, "magic-missing-phone-dark")
            await audit(page)
            await page.get_by_role("button", name="Connect anyway").click()
            await heading(page, "Granary is connected, with missing permissions")
        found = await _of_customer(stage, "by-grant")
        assert [error["affected_endpoints"][0]["endpoint"] for error in found["errors"]] == ["GET /wms/inventory"]

    async def test_the_sandbox(self, stage: Stage) -> None:
        """A company that looks at its own link first sees what its customers will."""
        made = await _magic(stage, integration_allow_list=["sandbox"], integration_type="carrier", customer_id="tester")
        async with stage.visit(DESK, "dark") as visitor:
            page = await visitor.hosted(made["url"])
            await heading(page, "Connect your carrier account to Harbour Goods")
            await shoot(page, "magic-welcome-desk-dark")
            await page.get_by_role("button", name="Continue").click()
            await page.get_by_role("button", name="Connect").click()
            await heading(page, "Carrier Sandbox is connected")
        found = await _of_customer(stage, "tester")
        assert (found["integration_name"], found["integration_type"]) == ("sandbox", "carrier")

    async def test_an_ended_one(self, stage: Stage) -> None:
        """A link that has ended says so, and tells nobody whether it ever was one."""
        made = await _magic(stage)
        await stage.api("DELETE", f"/magic-links/{made['id']}")
        async with stage.visit(PHONE) as visitor:
            page = await visitor.hosted(made["url"])
            await heading(page, "This link has expired")
            await shoot(page, "magic-expired-phone-light")
            await audit(page)
        async with httpx.AsyncClient(base_url=stage.served.url) as client:
            texts = {(await client.get(f"/link/magic/{name}")).text for name in (made["id"], "0" * 32, "nonsense")}
        assert len(texts) == 1


class TestRoot:
    async def test_a_link_token_in_the_address(self, stage: Stage) -> None:
        """Older samples open the root with a token; it is taken out of the address and ends in a code to hand on."""
        token = (await stage.api("POST", "/link/token"))["link_token"]
        async with stage.visit() as visitor:
            page = await visitor.hosted(f"{PUBLIC}/?link_token={token}")
            await heading(page, "Connect your warehouse system to Harbour Goods")
            assert token not in page.url
            await page.get_by_role("button", name="Continue").click()
            await page.get_by_role("button", name="Depot").click()
            await _type_depot(stage, page, KEY)
            await heading(page, "Depot is connected")
            code = await page.locator(".code").inner_text()
            made = await stage.api("POST", "/link/exchange", json={"auth_code": code})
            assert made["integration_name"] == "depot"
            page = await visitor.hosted(f"{PUBLIC}/?link_token={token}")
            await heading(page, "This sign-in has ended")
