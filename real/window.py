"""Connecting a real system as its merchant does: in the connect window on a company's page, a wrong password first.

The page is built with the published React package as it is, and its code is that of the guide.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from playwright.async_api import FrameLocator, Route, async_playwright, expect

from tests.link.stage import MODULES, chromium_path, heading, running_company, start_browser, tls_proxy, window_of


def missing() -> str | None:
    """What is not installed here that a browser run needs; None when nothing."""
    if chromium_path() is None:
        return "chromium"
    return None if MODULES.exists() else "npm"


async def _sign_in(window: FrameLocator, fields: Mapping[str, str]) -> None:
    for label, value in fields.items():
        await window.get_by_label(label, exact=True).fill(value)
    await window.get_by_role("button", name="Sign in").click()


async def _connect(address: str, key: str, vertical: str, name: str, fields: Mapping[str, str], password: str) -> str:
    found: dict[str, Any] = {}

    async def trade(route: Route) -> None:
        """What a company's server does with the auth code; this one keeps the token."""
        code = json.loads(route.request.post_data or "")["authCode"]
        async with httpx.AsyncClient(base_url=address, headers={"x-trackstar-api-key": key}, timeout=60) as client:
            traded = (await client.post("/link/exchange", json={"auth_code": code})).raise_for_status().json()
            token = traded["access_token"]
            listed = await client.get(f"/{vertical}/products", headers={"x-trackstar-access-token": token})
            found.update(token=token, records=listed.raise_for_status().json()["total_count"])
        shown = {"integration": name, "connection": traded["connection_id"], "records": found["records"]}
        await route.fulfill(json=shown)

    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tls_port = await stack.enter_async_context(tls_proxy(folder, urlsplit(address).port or 0))
        company = await stack.enter_async_context(running_company(folder, address, key))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await start_browser(playwright, tls_port, urlsplit(company.url).port or 0)
        stack.push_async_callback(browser.close)
        page = await (await browser.new_context(ignore_https_errors=True)).new_page()
        await page.route("**/api/connected", trade)
        button = {"name": "Connect", "integrationType": vertical}
        await page.goto(f"{company.url}/bench.html#{quote(json.dumps([button]))}")
        await expect(page.get_by_text("loaded", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Connect", exact=True).click()
        window = window_of(page)
        await window.get_by_role("button", name="Continue").click()
        await window.get_by_role("button", name=name).click()
        await _sign_in(window, {**fields, password: "not the password"})
        await expect(window.get_by_role("alert")).to_contain_text(f"{name} did not accept this sign-in")
        await _sign_in(window, fields)
        await heading(window, f"{name} is connected")
        await expect(page.get_by_text("connected ")).to_be_visible()
    token: str = found["token"]
    return token


def connect(address: str, key: str, vertical: str, name: str, fields: Mapping[str, str], password: str) -> str:
    """Connects a system with what is typed into `fields`, by their labels; `password` is the one typed wrongly first.
    Gives the access token, with which records have been listed."""
    return asyncio.run(_connect(address, key, vertical, name, fields, password))
