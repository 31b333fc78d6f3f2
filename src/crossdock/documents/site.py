"""Every page there is: written by hand, generated, or made from the API's own description."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crossdock.documents.calls import call_pages
from crossdock.integrations import registry
from crossdock.integrations.kit.exchanges import folder_of

ROOT = "/docs"
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_COMMENT = re.compile(r"<!--.*?-->\n*", re.S)
_NOT_PROSE = ("#", "|", "```", "- ", "<", "    ")
_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)


def _heading(text: str) -> str:
    found = re.search(r"^# (.+)$", text, re.M)
    if found is None:
        raise ValueError(f"a page without a title: {text[:60]!r}")
    return found[1].replace("`", "")


@dataclass(frozen=True)
class Page:
    """One page: its address below the root, its section, and its Markdown with links to other pages of the site."""

    address: str
    section: str
    text: str

    @property
    def title(self) -> str:
        return _heading(self.text)

    @property
    def url(self) -> str:
        return f"{ROOT}/{self.address}" if self.address else ROOT

    @property
    def summary(self) -> str:
        """The first sentence under the title, as plain text."""
        for paragraph in self.text.split("\n\n"):
            line = re.sub(r"^\*\*\w+\.\*\* ?", "", " ".join(paragraph.split()))
            if line and not paragraph.startswith(_NOT_PROSE):
                plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line).replace("`", "").replace("*", "")
                return re.split(r"(?<=\.) (?=[A-Z$])", plain, maxsplit=1)[0].rstrip(":")
        return self.title


def _folder() -> Path:
    """Where the texts are: in the installed package, or in the clone that it runs from."""
    installed = Path(__file__).parent / "texts"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "docs"


def _linked(text: str) -> list[str]:
    """The pages that a page links, in its order."""
    return [target.partition("#")[0] for _, _, target in _LINK.findall(text)]


def _sources() -> Iterator[tuple[str, str, str, str]]:
    """Address, section, place in the repository and text of every page; the home page first."""
    folder = _folder()
    home = (folder / "README.md").read_text()
    yield "", "", "docs/README.md", home
    order = {name: place for place, name in enumerate(_linked(home))}
    for name, section in (("guide", "Guide"), ("reference", "Reference"), ("decisions", "Decisions")):
        paths = sorted((folder / name).glob("*.md"), key=lambda item: order.get(f"{item.parent.name}/{item.name}", 999))
        for path in paths:
            address = name if path.stem == "README" else f"{name}/{path.stem}"
            yield address, section, f"docs/{name}/{path.name}", path.read_text()
        if name == "decisions":
            titles = [f"- [{_heading(path.read_text())}]({path.name})" for path in paths]
            lead = "Why Crossdock is as it is, half a page each: context, decision, consequence."
            yield name, section, f"docs/{name}/README.md", "\n".join(["# Decisions", "", lead, "", *titles])
        if name == "guide":
            for topic, text in call_pages().items():
                yield f"api/{topic}", "API", f"docs/api/{topic}.md", text
    for own in dict.fromkeys(folder_of(adapter) for adapter in registry.adapters()):
        path = own / "README.md"
        if path.exists():
            place = f"src/crossdock/integrations/{own.name}/README.md"
            yield f"integrations/{own.name}", "Integrations", place, path.read_text()


def _resolved(text: str, place: str, addresses: dict[str, str]) -> str:
    """The text with links to pages of the site made absolute, and links to files outside it taken out."""

    def replace(found: re.Match[str]) -> str:
        label, target = found[2], found[3]
        path, mark, anchor = target.partition("#")
        if not path or target.startswith(("http://", "https://", "/")):
            return found[0]
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(place), path))
        address = addresses.get(wanted, addresses.get(f"{wanted}/README.md"))
        if address is None:
            return label
        return f"[{label}]({ROOT}/{address}.md{mark}{anchor})" if address else f"[{label}]({ROOT}.md)"

    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\0{len(kept) - 1}\0"

    hidden = _FENCE.sub(hide, text)
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], _LINK.sub(replace, hidden))


@functools.cache
def pages() -> dict[str, Page]:
    """Every page by its address, in the order of the navigation."""
    found = list(_sources())
    addresses = {place: address for address, _, place, _ in found}
    return {
        address: Page(address, section, _COMMENT.sub("", _resolved(text, place, addresses)).strip() + "\n")
        for address, section, place, text in found
    }


def sections() -> dict[str, list[Page]]:
    """The pages of each section; the home page is in none."""
    found: dict[str, list[Page]] = {}
    for page in pages().values():
        if page.section:
            found.setdefault(page.section, []).append(page)
    return found
