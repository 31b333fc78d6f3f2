"""Connecting a real system as its merchant does: in the connect window, with a wrong password first."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

PATIENCE_MILLISECONDS = 60_000


def chromium() -> str | None:
    """The browser to use; None where there is none."""
    return shutil.which("chromium")


def _call(address: str, key: str, path: str, body: Mapping[str, Any]) -> Any:
    headers = {"x-trackstar-api-key": key, "content-type": "application/json"}
    request = urllib.request.Request(f"{address}{path}", json.dumps(body).encode(), headers)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        return json.load(answer)


def _sign_in(page: Page, fields: Mapping[str, str]) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Sign in").click()


def connect(address: str, key: str, vertical: str, name: str, fields: Mapping[str, str], password: str) -> str:
    """Connects a system with what is typed into `fields`, by their labels; `password` is the one typed wrongly first.
    Gives the access token."""
    token = _call(address, key, "/link/token", {})["link_token"]
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}/?link_token={token}&integration_type={vertical}")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name=name).click()
        _sign_in(page, {**fields, password: "not the password"})
        expect(page.get_by_role("alert")).to_contain_text(f"{name} did not accept this sign-in")
        _sign_in(page, fields)
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} is connected")
        code = page.locator(".code").inner_text()
        browser.close()
    made: dict[str, str] = _call(address, key, "/link/exchange", {"auth_code": code})
    return made["access_token"]
