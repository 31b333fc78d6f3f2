"""The pages that a server shows: a reader gets to every one, and none is broken."""

from __future__ import annotations

import re
import runpy
import shutil
import sys
import types
from pathlib import Path

import httpx
import pytest
from markdown_it import MarkdownIt

from crossdock.contract.webhooks import webhooks
from crossdock.documents import agents, render, site
from crossdock.documents.calls import slug, topic
from crossdock.integrations import registry
from crossdock.platform.openapi import OPERATIONS

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
ADDRESSES = list(site.pages())


class TestServed:
    async def test_the_first_page(self, http: httpx.AsyncClient) -> None:
        answer = await http.get("/docs")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "<h1" in answer.text
        assert (await http.get("/docs/assets/docs.css")).headers["content-type"].startswith("text/css")

    async def test_no_script_can_run_on_a_page(self, http: httpx.AsyncClient) -> None:
        answer = await http.get("/docs/guide/reading")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text

    @pytest.mark.parametrize("address", ["guide/writing", "api/wms-inventory", "reference", "integrations/tryton"])
    async def test_every_page_is_markdown_too(self, http: httpx.AsyncClient, address: str) -> None:
        answer = await http.get(f"/docs/{address}.md")
        assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
        assert answer.text == site.pages()[address].text
        assert answer.text.startswith("# ")

    async def test_the_first_page_is_markdown_too(self, http: httpx.AsyncClient) -> None:
        assert (await http.get("/docs.md")).text.startswith("# Crossdock")

    @pytest.mark.parametrize("path", ["/docs/nothing", "/docs/guide/../../x", "/docs/guide/nothing.md", "/docs/%2e%2e"])
    async def test_an_unknown_page(self, http: httpx.AsyncClient, path: str) -> None:
        answer = await http.get(path)
        assert (answer.status_code, answer.json()["error"]) == (404, "Not found")


class TestPages:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_links_lead_somewhere(self, address: str) -> None:
        """A dead link hides the page behind it."""
        for target in re.findall(r'href="((?:/docs|#)[^"]*)"', render.html(address)):
            path, _, anchor = target.partition("#")
            if path.endswith((".css", ".md")):
                continue
            wanted = path.removeprefix("/docs").strip("/") if path else address
            assert wanted in site.pages(), target
            assert not anchor or f' id="{anchor}"' in render.html(wanted), target

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_markdown_links_lead_somewhere(self, address: str) -> None:
        for block in MarkdownIt("commonmark").enable("table").parse(site.pages()[address].text):
            for token in block.children or ():
                target = str(token.attrGet("href") or "") if token.type == "link_open" else ""
                if target.startswith("/docs"):
                    assert target.partition("#")[0].removesuffix(".md").removeprefix("/docs").strip("/") in site.pages()
                else:
                    assert not target or target.startswith(("http://", "https://", "#", "/")), target

    def test_every_written_page_is_linked_from_the_first(self) -> None:
        """The order of the guide is that of the first page, so a page it forgets comes last and is not found."""
        linked = (ROOT / "docs" / "README.md").read_text()
        for path in (ROOT / "docs" / "guide").glob("*.md"):
            assert f"guide/{path.name}" in linked

    def test_every_call_and_event_has_its_place(self) -> None:
        for operation in OPERATIONS:
            text = site.pages()[f"api/{slug(topic(operation.tags))}"].text
            assert f"{operation.method} {operation.path}" in text
        text = site.pages()["api/webhook-events"].text
        assert all(f"`{event.name}`" in text for event in webhooks())

    def test_every_integration_has_its_page(self) -> None:
        for adapter in registry.adapters():
            assert any(adapter.slug in page.text for page in site.pages().values() if page.section == "Integrations")

    def test_html_in_a_text_is_shown_and_not_run(self) -> None:
        page = render._MARKDOWN.render("a <script>alert(1)</script> [x](javascript:alert(1))")
        assert "<script" not in page
        assert 'href="javascript' not in page


class TestAgents:
    async def test_llms_lists_every_page_by_a_full_address(self, http: httpx.AsyncClient) -> None:
        text = (await http.get("/llms.txt")).text
        assert text.startswith("# Crossdock\n\n> ")
        listed = re.findall(r"\]\(http://crossdock\.test(/docs/[^)]+)\)", text)
        assert {f"{page.url}.md" for page in site.pages().values() if page.address} == set(listed)
        for path in re.findall(r"^- \[(/\S+)\]\(", text, re.M):
            assert (await http.get(path)).status_code == 200, path

    async def test_llms_full_holds_them(self, http: httpx.AsyncClient) -> None:
        text = (await http.get("/llms-full.txt")).text
        assert all(page.text in text for page in site.pages().values())

    async def test_skills(self, http: httpx.AsyncClient) -> None:
        index = (await http.get("/.well-known/skills/index.json")).json()
        assert [item["name"].removeprefix("crossdock-") for item in index["skills"]] == [
            "connect",
            "general",
            "sync",
            "write",
        ]
        for item in index["skills"]:
            for file in item["files"]:
                answer = await http.get(f"/.well-known/skills/{item['name']}/{file}")
                assert answer.headers["content-type"].startswith("text/markdown")
                assert answer.text.startswith(f"---\nname: {item['name']}\ndescription: {item['description']}\n---\n")

    async def test_an_unknown_skill(self, http: httpx.AsyncClient) -> None:
        assert (await http.get("/.well-known/skills/cooking/SKILL.md")).status_code == 404

    def test_skills_name_only_calls_that_the_contract_has(self) -> None:
        """An agent would follow a wrong address to the letter."""
        paths = {re.sub(r"{.*?}", "{}", operation.path) for operation in OPERATIONS}
        # Offered by the part of the API that makes connections.
        known = paths | {"/link/token", "/link/exchange", "/magic-links", "/connections/on-demand-syncs", "/llms.txt"}
        for skill in agents.skills().values():
            for path in re.findall(r"`(?:GET|POST|PUT) (/[^`?\s]+)", skill.text):
                shape = re.sub(r"{.*?}", "{}", path)
                assert shape in known or shape == "/{}/{}", path


@pytest.mark.parametrize(("version", "files"), [("standard", True), ("editable", False)])
def test_a_wheel_has_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, files: bool) -> None:
    """An installation from a wheel has no clone to read them from."""
    interface = types.ModuleType("interface")
    vars(interface)["BuildHookInterface"] = object
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", interface)
    hook = runpy.run_path(str(ROOT / "hatch_build.py"))["Texts"]()
    build_data: dict[str, dict[str, str]] = {"force_include": {}}
    hook.initialize(version, build_data)
    assert bool(build_data["force_include"]) is files
    if not files:
        return
    for source, place in build_data["force_include"].items():
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / source, tmp_path / place)
    module = Path(site.__file__).relative_to(ROOT / "src")
    monkeypatch.setattr(site, "__file__", str(tmp_path / module))
    assert site._folder() == (tmp_path / module).parent / "texts"
    assert [source[0] for source in site._sources()] == ADDRESSES
