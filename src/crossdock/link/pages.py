"""The pages of the connect window: framed in a host's page, behind a magic link, and around a system's own page."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

import crossdock.web as web
from crossdock.contract.errors import CrossdockError, not_found
from crossdock.documents import site
from crossdock.link import offers, sign_ins
from crossdock.link.browser import BROWSER_COOKIE, CALLBACK
from crossdock.platform.engine import Engine

_WEB = Path(web.__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_WEB / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_SCRIPT = (_WEB / "static" / "main.js").read_text()
_KINDS = {".js": "text/javascript", ".css": "text/css"}
_ASSETS = {path.name: path for path in (_WEB / "static").iterdir() if path.suffix in _KINDS}
_FRESH = {"cache-control": "max-age=300", "x-content-type-options": "nosniff"}
NOBODY = "'none'"


def _headers(frame_ancestors: str) -> dict[str, str]:
    """Nothing runs but our own files. Logos may come from a host's own address, so pictures may come from anywhere."""
    return {
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: https: http://localhost:* http://127.0.0.1:*; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {frame_ancestors}",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }


def _page(name: str, *, frame_ancestors: str = NOBODY, status: int = 200, **values: str) -> Response[str]:
    text = _TEMPLATES.get_template(name).render(**values)
    return Response(text, media_type="text/html", headers=_headers(frame_ancestors), status_code=status)


@get("/main.js", sync_to_thread=False)
def main_script() -> Response[str]:
    """The script of a page with a connect button. Pages that isolate themselves may load it too."""
    headers = {**_FRESH, "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
    return Response(_SCRIPT, media_type=_KINDS[".js"], headers=headers)


@get("/link/assets/{file:str}", sync_to_thread=False)
def asset(file: FromPath[str]) -> Response[str]:
    """A script or a style of the pages."""
    path = _ASSETS.get(file)
    if path is None:
        raise not_found(file)
    return Response(path.read_text(), media_type=_KINDS[path.suffix], headers=_FRESH)


@get("/link/oauth/start", sync_to_thread=False)
def oauth_start() -> Response[str]:
    """The small window on its way to a system's own page. It learns from the connect window where that is."""
    return _page("oauth.html", assets="../assets", mode="start", text="One moment, please.")


@get("/", sync_to_thread=False)
def root(request: Request[Any, Any, Any]) -> Response[Any]:
    """The connect window for a link token in the address, as older samples open it; otherwise the documents."""
    if "link_token" in request.query_params:
        return _page("connect.html", assets="link/assets", mode="token", magic="")
    return Redirect(site.ROOT)


def routes(engine: Engine) -> list[HTTPRouteHandler]:
    """The pages."""
    embedding = " ".join(("'self'", *engine.settings.embedding_origins()))

    @get("/link/modal", sync_to_thread=False)
    def modal() -> Response[str]:
        """The connect window in a frame of a host's page."""
        return _page("connect.html", frame_ancestors=embedding, assets="assets", mode="frame", magic="")

    @get("/link/magic/{link_id:str}")
    async def magic(link_id: FromPath[str]) -> Response[str]:
        """The connect window behind a magic link, or that it has ended."""
        try:
            await offers.find_magic_link(engine, UUID(link_id))
        except (ValueError, CrossdockError):
            return _page("expired.html", status=404, assets="../assets")
        return _page("connect.html", assets="../assets", mode="magic", magic=link_id)

    @get(CALLBACK)
    async def oauth_callback(request: Request[Any, Any, Any]) -> Response[str]:
        """Where a system's own page leads back to."""
        given = request.query_params
        try:
            problem = await sign_ins.arrive(
                engine,
                state=given.get("state", ""),
                browser_secret=request.cookies.get(BROWSER_COOKIE, ""),
                code=given.get("code"),
                error=given.get("error"),
            )
        except CrossdockError as refused:
            return _page("oauth.html", status=refused.status, assets="../assets", mode="refused", text=refused.message)
        text = problem or "Signed in. You can close this window."
        return _page("oauth.html", assets="../assets", mode="done", text=text)

    return [main_script, asset, oauth_start, root, modal, magic, oauth_callback]
