"""The stage that the browser tests share: one server, one company, one Chromium."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright

from tests.api.depot_server import running_depot
from tests.api.processes import installation
from tests.conftest import copy_database
from tests.link.granary_server import APPLICATION, running_granary
from tests.link.stage import MODULES, PUBLIC, Stage, chromium_path, running_company, start_browser, tls_proxy


@pytest.fixture(scope="session")
async def stage(server_url: str, template_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Everything that takes part in a sign-in, for real."""
    if chromium_path() is None or shutil.which("npm") is None:
        pytest.skip("chromium or npm is not installed")
    assert MODULES.exists(), "`make test` installs what is missing here"
    folder = tmp_path_factory.mktemp("link")
    settings = {
        # Its own: a database belongs to the master key that it was first used with.
        "CROSSDOCK_DATABASE_URL": copy_database(server_url, template_url),
        "CROSSDOCK_PUBLIC_URL": PUBLIC,
        "CROSSDOCK_OAUTH_GRANARY_CLIENT_ID": APPLICATION.client_id,
        "CROSSDOCK_OAUTH_GRANARY_CLIENT_SECRET": APPLICATION.client_secret,
    }
    async with contextlib.AsyncExitStack() as stack:
        served = stack.enter_context(installation(folder, **settings))
        made = served.run("keys", "create", "--organization", "Harbour Goods", "--new-organization")
        assert made.returncode == 0, made.stderr
        key = made.stdout.strip()
        served.start_answering("api")
        tls_port = await stack.enter_async_context(tls_proxy(folder, int(served.settings["CROSSDOCK_PORT"])))
        company = await stack.enter_async_context(running_company(folder, served.url, key))
        depot = await stack.enter_async_context(running_depot())
        granary = await stack.enter_async_context(running_granary())
        playwright = await stack.enter_async_context(async_playwright())
        browser = await start_browser(playwright, tls_port, urlsplit(company.url).port or 0)
        stack.push_async_callback(browser.close)
        yield Stage(served, key, company, depot, granary, browser)
