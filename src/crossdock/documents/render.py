"""Markdown pages as HTML."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from crossdock.documents.calls import slug
from crossdock.documents.site import ROOT, Page, pages, sections

_HERE = Path(__file__).parent
STYLE = (_HERE / "static" / "docs.css").read_text()
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
# HTML in a page is shown, not run.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Heading:
    """A heading that the page's own list of contents leads to."""

    anchor: str
    text: str


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


def _site_link(target: str) -> str:
    """A link between pages without the ending that stands for Markdown."""
    path, mark, anchor = target.partition("#")
    if path.startswith(ROOT):
        path = path.removesuffix(".md")
    return f"{path}{mark}{anchor}"


def _mend(tokens: list[Token]) -> list[Heading]:
    """Gives headings their anchors and links their addresses; gives the headings of the second level."""
    found: list[Heading] = []
    used: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            text = _words(tokens[place + 1])
            anchor = base = slug(text)
            number = 1
            while anchor in used:
                anchor, number = f"{base}-{number}", number + 1
            used.add(anchor)
            token.attrSet("id", anchor)
            if token.tag == "h2":
                found.append(Heading(anchor, text))
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _site_link(str(child.attrGet("href") or "")))
    return found


@functools.cache
def html(address: str) -> str:
    """A page of the site as a whole document."""
    page = pages()[address]
    tokens = _MARKDOWN.parse(page.text)
    headings = _mend(tokens)
    body = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    # Wide tables scroll by themselves instead of widening the page.
    body = body.replace("<table>", '<div class="table"><table>').replace("</table>", "</table></div>")
    before, after = _neighbours(page)
    return _TEMPLATES.get_template("page.html").render(
        page=page,
        root=ROOT,
        # Rendered from our own texts with HTML switched off.
        body=Markup(body),  # noqa: S704
        headings=headings,
        sections=sections(),
        before=before,
        after=after,
    )


def _neighbours(page: Page) -> tuple[Page | None, Page | None]:
    """The pages before and after one in its section."""
    own = sections().get(page.section, [])
    place = own.index(page) if page in own else -1
    if place < 0:
        return None, None
    return (own[place - 1] if place else None), (own[place + 1] if place + 1 < len(own) else None)
