"""The addresses of the documents. Anybody may read them."""

from __future__ import annotations

import functools
import json
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from crossdock.contract.errors import not_found
from crossdock.contract.management.documents import GET_OPENAPI, GET_POSTMAN
from crossdock.contract.values import ENCODER
from crossdock.documents import agents, postman, render, site
from crossdock.platform.engine import Engine
from crossdock.platform.http import PublicCall, PublicEndpoint, Reply
from crossdock.platform.openapi import document

_MARKDOWN = "text/markdown"
_HTML_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


@functools.cache
def _encoded_document() -> bytes:
    return ENCODER.encode(document())


async def get_openapi(call: PublicCall) -> Reply:
    """The whole API as a document."""
    return Reply(_encoded_document(), revalidated=True)


async def get_postman(call: PublicCall) -> Reply:
    """The whole API as a collection for Postman."""
    return Reply(json.dumps(postman.collection(call.base_url)).encode(), revalidated=True)


PUBLIC_ENDPOINTS: dict[str, PublicEndpoint] = {
    GET_OPENAPI.operation_id: get_openapi,
    GET_POSTMAN.operation_id: get_postman,
}


def _page(address: str) -> Response[str]:
    markdown = address.endswith(".md")
    name = address.removesuffix(".md").strip("/")
    if name not in site.pages():
        raise not_found(address)
    if markdown:
        return Response(site.pages()[name].text, media_type=_MARKDOWN)
    return Response(render.html(name), media_type="text/html", headers=_HTML_HEADERS)


@get(site.ROOT, sync_to_thread=False)
def home() -> Response[str]:
    """The first page."""
    return _page("")


@get(f"{site.ROOT}.md", sync_to_thread=False)
def home_markdown() -> Response[str]:
    """The first page as it is written."""
    return _page(".md")


@get(f"{site.ROOT}/{{address:path}}", sync_to_thread=False)
def page(address: FromPath[str]) -> Response[str]:
    """A page, or with `.md` its text."""
    return _page(str(address).lstrip("/"))


@get(f"{site.ROOT}/assets/docs.css", sync_to_thread=False)
def style() -> Response[str]:
    """How the pages look."""
    return Response(render.STYLE, media_type="text/css", headers={"cache-control": "max-age=3600"})


@get("/.well-known/skills/index.json", sync_to_thread=False)
def skill_index() -> dict[str, Any]:
    """Which skills there are."""
    return agents.skill_index()


@get(f"/.well-known/skills/{{name:str}}/{agents.FILE}", sync_to_thread=False)
def skill(name: FromPath[str]) -> Response[str]:
    """One skill."""
    if name not in agents.skills():
        raise not_found(name)
    return Response(agents.skills()[name].text, media_type=_MARKDOWN)


def routes(engine: Engine) -> list[HTTPRouteHandler]:
    """The routes that are not operations of the API."""

    @get("/llms.txt", sync_to_thread=False)
    def llms(request: Request[Any, Any, Any]) -> Response[str]:
        """The list of pages for agents."""
        return Response(agents.llms(PublicCall(request, engine).base_url), media_type="text/plain")

    @get("/llms-full.txt", sync_to_thread=False)
    def llms_full(request: Request[Any, Any, Any]) -> Response[str]:
        """All pages for agents."""
        return Response(agents.llms_full(PublicCall(request, engine).base_url), media_type="text/plain")

    return [home, home_markdown, page, style, skill_index, skill, llms, llms_full]
