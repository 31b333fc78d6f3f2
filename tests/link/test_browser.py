"""Connecting in Chromium, with the published React package as it is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.api.depot_server import KEY
from tests.link.stage import PHONE, STRANGE_HOST, Stage, audit, depart, heading, shoot, window_of

# One process plays them all, so that the stage is built once.
pytestmark = pytest.mark.anyio

# A frame whose storage the browser keeps shut keeps nothing either.
_KEPT = """() => {
    try { return [localStorage.length, sessionStorage.length, document.cookie]; }
    catch (error) { return [0, 0, ""]; }
}"""
WELCOME = "Connect your warehouse system to Harbour Goods"


async def _opened(page: Page, name: str = "Connect") -> FrameLocator:
    await page.get_by_role("button", name=name, exact=True).click()
    return window_of(page)


async def _type_depot(stage: Stage, place: Page | FrameLocator, key: str) -> None:
    await place.get_by_label("Address").fill(stage.depot.url)
    await place.get_by_label("Key", exact=True).fill(key)
    await place.get_by_role("button", name="Sign in").click()


async def _connection(page: Page) -> dict[str, str]:
    """What the company's page says it has connected."""
    line = page.get_by_text(re.compile(r"^connected "))
    await expect(line).to_be_visible()
    _, integration, connection, records = (await line.inner_text()).split()
    return {"integration": integration, "id": connection, "records": records}


class TestReact:
    async def test_the_sandbox(self, stage: Stage) -> None:
        """The first thing a developer tries; it ends with records read by the new token."""
        async with stage.visit() as visitor:
            page = await visitor.bench({"name": "Connect", "sandbox": True})
            said = page.get_by_role("listitem")
            await expect(said).to_have_text(["loaded"])
            window = await _opened(page)
            await heading(window, WELCOME)
            await shoot(page, "welcome-desk-light")
            await window.get_by_role("button", name="Continue").click()
            await heading(window, "Choose your warehouse system")
            await shoot(page, "picker-desk-light")
            await window.get_by_label("Search systems").fill("no such system")
            await expect(window.get_by_role("listitem")).to_have_text(["Nothing goes by that name. Try fewer letters."])
            await window.get_by_label("Search systems").fill("sand")
            await window.get_by_role("button", name="Sandbox").click()
            await window.get_by_role("button", name="Connect").click()
            await heading(window, "Sandbox is connected")
            await shoot(page, "success-desk-light")
            found = await _connection(page)
            assert found["integration"] == "sandbox"
            assert int(found["records"]) > 0
            await window.get_by_role("button", name="Finish").click()
            await expect(said.last).to_have_text("closed")

    async def test_a_wrong_password_and_then_the_right_one(self, stage: Stage) -> None:
        """A typing error is said where it was made, and costs neither the link nor what was typed."""
        async with stage.visit(scheme="dark") as visitor:
            page = await visitor.bench({"name": "Connect"})
            window = await _opened(page)
            await window.get_by_role("button", name="Continue").click()
            await window.get_by_role("button", name="Depot").click()
            await window.get_by_role("button", name="Sign in").click()
            await expect(window.get_by_text("Address is needed.")).to_be_visible()
            await _type_depot(stage, window, "mistyped-secret")
            await expect(window.get_by_role("alert")).to_contain_text("Depot did not accept this sign-in")
            await expect(window.get_by_label("Address")).to_have_value(stage.depot.url)
            await expect(window.get_by_label("Key", exact=True)).to_have_value("")
            await shoot(page, "form-wrong-desk-dark")
            await audit(page)
            await window.get_by_label("Key", exact=True).fill("visible")
            await window.get_by_role("button", name="Show Key").click()
            await expect(window.get_by_label("Key", exact=True)).to_have_attribute("type", "text")
            await _type_depot(stage, window, KEY)
            await heading(window, "Depot is connected")
            await expect(window.locator('[data-outcome="granted"]')).to_have_count(2)
            await expect(window.locator('[data-outcome="unknown"]')).to_have_count(3)
            await shoot(page, "success-desk-dark")
            found = await _connection(page)
            shown = (await stage.api("GET", f"/connections/{found['id']}"))["data"][0]
            assert (shown["integration_name"], shown["customer_id"]) == ("depot", "customer-42")
            for frame in page.frames:
                assert await frame.evaluate(_KEPT) == [0, 0, ""]
        told = (await stage.api("GET", "/events?type=install.failed"))["data"]
        assert [event["data"]["error_message"] for event in told] == ["Invalid Depot credentials"]
        said = stage.served.running[0].said()
        assert [word for word in (KEY, "mistyped-secret") if word in said] == []

    async def test_a_scope_that_was_not_granted(self, stage: Stage) -> None:
        """A customer sees what is missing before the connection is made, and may go on or sign in again."""
        async with stage.visit() as visitor:
            page = await visitor.bench({"name": "Connect", "integrationAllowList": ["granary", "depot"]})
            window = await _opened(page)
            await window.get_by_role("button", name="Continue").click()
            await window.get_by_role("button", name="Granary").click()
            await window.get_by_label("Address").fill(stage.granary.url)
            popup = await depart(page, window)
            await shoot(page, "away-desk-light")
            await audit(page)
            async with popup.expect_event("close"):
                await popup.get_by_role("button", name="Deny").click()
            await expect(window.get_by_role("alert")).to_contain_text("Access was not granted at Granary.")
            popup = await depart(page, window)
            await popup.get_by_label("See your products").uncheck()
            async with popup.expect_event("close"):
                await popup.get_by_role("button", name="Allow").click()
            await heading(window, "Some permissions are missing")
            await expect(window.locator('[data-outcome="missing"]')).to_contain_text(["Read products"])
            await window.get_by_text("Read products").click()
            await expect(window.get_by_text("Missing Granary permissions for URL")).to_be_visible()
            await shoot(page, "missing-desk-light")
            await audit(page)
            await window.get_by_role("button", name="Connect anyway").click()
            await heading(window, "Granary is connected, with missing permissions")
            await shoot(page, "success-missing-desk-light")
            found = await _connection(page)
            shown = (await stage.api("GET", f"/connections/{found['id']}"))["data"][0]
            assert shown["me"] == {"granary": "north"}
            assert [error["error_message"] for error in shown["errors"]] == [
                f"Missing Granary permissions for URL: {stage.granary.url}/products."
            ]

    async def test_a_sandbox_that_may_do_less(self, stage: Stage) -> None:
        """What a developer does to see missing permissions without a system that has any."""
        made = await stage.api("POST", "/sandbox/generate-sandbox/wms")
        body = {"method": "POST", "path": "/v1/account/keys", "data": {"rights": ["items.read", "warehouses.read"]}}
        key = (await stage.api("POST", "/wms/passthrough", json=body, token=made["access_token"]))["body"]["key"]
        async with stage.visit() as visitor:
            page = await visitor.bench({"name": "Connect", "integrationAllowList": ["sandbox"]})
            window = await _opened(page)
            await window.get_by_role("button", name="Continue").click()
            await window.get_by_text("Use a key of your own").click()
            await window.get_by_label("API key (optional)", exact=True).fill(key)
            await window.get_by_role("button", name="Connect").click()
            await heading(window, "Some permissions are missing")
            await expect(window.locator('[data-outcome="granted"]')).to_contain_text(["Read warehouses"])
            await expect(window.locator('[data-outcome="missing"]').first).to_contain_text("Not allowed")

    async def test_signing_in_anew(self, stage: Stage) -> None:
        """The window goes straight to the system of the connection, whose id and token stay."""
        async with stage.visit() as visitor:
            page = await visitor.bench({"name": "Connect", "integrationAllowList": ["depot"]})
            window = await _opened(page)
            await heading(window, WELCOME)
            await window.get_by_role("button", name="Continue").click()
            await heading(window, "Sign in to Depot")
            await _type_depot(stage, window, KEY)
            await heading(window, "Depot is connected")
            first = await _connection(page)
            page = await visitor.bench({"name": "Connect", "token": {"connection_id": first["id"]}})
            window = await _opened(page)
            await heading(window, "Sign in to Depot again")
            await _type_depot(stage, window, KEY)
            await heading(window, "Depot is connected")
            assert (await _connection(page))["id"] == first["id"]

    async def test_two_buttons(self, stage: Stage) -> None:
        """Each button has its own list and its own answers, and a window that is closed leaves the other alone."""
        async with stage.visit() as visitor:
            page = await visitor.bench(
                {"name": "Warehouse", "buttonId": "One", "integrationAllowList": ["depot"]},
                {"name": "Shop", "buttonId": "Two", "integrationType": "cart", "sandbox": True, "closes": True},
            )
            one, two = page.get_by_role("region", name="Warehouse"), page.get_by_role("region", name="Shop")
            await expect(one.get_by_role("listitem")).to_have_text(["loaded"])
            window = await _opened(page, "Warehouse")
            await heading(window, WELCOME)
            await window.get_by_role("heading", level=1).press("Escape")
            await expect(one.get_by_role("listitem")).to_have_text(["loaded", "token", "closed"])
            await expect(page.get_by_role("button", name="Warehouse")).to_be_focused()
            window = await _opened(page, "Shop")
            await heading(window, "Connect your online shop to Harbour Goods")
            await window.get_by_role("button", name="Continue").click()
            await window.get_by_role("button", name="Sandbox").click()
            await window.get_by_role("button", name="Connect").click()
            await expect(two.get_by_role("listitem")).to_contain_text(
                ["loaded", "token", "success sandbox", "connected sandbox", "closed"]
            )
            await expect(one.get_by_role("listitem")).to_have_count(3)

    async def test_lists_that_cancel_each_other_out(self, stage: Stage) -> None:
        """Both lists together offer everything; a list of abilities offers only what has all of them."""
        cases: list[tuple[dict[str, Any], set[str]]] = [
            ({"integrationAllowList": ["depot"], "integrationBlockList": ["granary"]}, {"depot", "granary", "tryton"}),
            ({"integrationBlockList": ["granary"]}, {"depot", "tryton"}),
            ({"integrationsWithEndpoints": ["create_kit", "get_inventory"]}, {"depot", "tryton"}),
        ]
        async with stage.visit() as visitor:
            for options, expected in cases:
                page = await visitor.bench({"name": "Connect", **options})
                window = await _opened(page)
                await window.get_by_role("button", name="Continue").click()
                systems = window.locator("[data-system]")
                await expect(systems.first).to_be_visible()
                found = await systems.evaluate_all("items => items.map(item => item.dataset.system)")
                assert set(found) & {"depot", "granary", "tryton", "sandbox"} == expected
                await page.close()

    async def test_a_page_that_may_not_show_it(self, stage: Stage) -> None:
        """A stranger's page gets no window to lay something over, and its developer reads why."""
        async with stage.visit() as visitor:
            port = stage.company.url.rpartition(":")[2]
            page = await visitor.bench({"name": "Connect"}, origin=f"http://{STRANGE_HOST}:{port}")
            await page.get_by_role("button", name="Connect").click()
            await expect(page.get_by_role("listitem")).to_have_text(["loaded", "closed"])
            assert any("CROSSDOCK_LINK_ORIGINS" in text for text in visitor.errors)
            visitor.errors.clear()

    async def test_a_company_that_gives_no_token(self, stage: Stage) -> None:
        """A backend that is down ends in a screen with a way back instead of an empty window."""
        async with stage.visit() as visitor:
            page = await visitor.bench({"name": "Connect", "token": {"connection_id": "unheard-of"}})
            window = await _opened(page)
            await heading(window, "The connection could not be started")
            await shoot(page, "failure-desk-light")
            await audit(page)
            assert any("getLinkToken failed" in text for text in visitor.errors)
            visitor.errors.clear()
            await window.get_by_role("button", name="Close").last.click()
            await expect(page.get_by_role("listitem").last).to_have_text("closed")


class TestWithoutAMouse:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_every_screen_on_a_phone(self, stage: Stage, scheme: str) -> None:
        """Whoever uses a keyboard or a screen reader gets through; axe finds nothing serious on any screen."""
        async with stage.visit(PHONE, scheme) as visitor:
            page = await visitor.bench({"name": "Connect", "sandbox": True})
            await page.get_by_role("button", name="Connect").focus()
            await page.keyboard.press("Enter")
            window = window_of(page)
            screens = [
                ("welcome", WELCOME, ["Tab", "Enter"]),
                ("picker", "Choose your warehouse system", ["Tab"]),
            ]
            for name, title, keys in screens:
                await heading(window, title)
                await shoot(page, f"{name}-phone-{scheme}")
                await audit(page)
                for key in keys:
                    await page.keyboard.press(key)
            await page.keyboard.type("sandbox")
            await expect(window.locator("[data-system]")).to_have_count(1)
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await heading(window, "Connect Sandbox")
            await audit(page)
            await window.get_by_role("button", name="Connect").press("Enter")
            await heading(window, "Sandbox is connected")
            await shoot(page, f"success-phone-{scheme}")
            await audit(page)
            await _connection(page)
