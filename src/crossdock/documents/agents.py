"""Texts for agents: the list of pages, all of them in one, and the skills."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossdock.documents.site import pages, sections

_FOLDER = Path(__file__).parent / "skills"
_FRONT = re.compile(r"---\n(.*?)\n---\n", re.S)
FILE = "SKILL.md"


@dataclass(frozen=True)
class Skill:
    """One skill: its name, when to use it, and its text with both on top."""

    name: str
    description: str
    text: str


@functools.cache
def skills() -> dict[str, Skill]:
    """Every skill by its name."""
    found = {}
    for path in sorted(_FOLDER.glob("*.md")):
        text = path.read_text()
        front = _FRONT.match(text)
        if front is None:
            raise ValueError(f"{path} does not begin with its name and description")
        facts = dict(line.split(": ", 1) for line in front[1].splitlines())
        found[facts["name"]] = Skill(facts["name"], facts["description"], text)
    return found


def skill_index() -> dict[str, Any]:
    """What `/.well-known/skills/index.json` answers."""
    listed = [{"name": item.name, "description": item.description, "files": [FILE]} for item in skills().values()]
    return {"skills": listed}


def llms(base_url: str) -> str:
    """The list of all pages, after https://llmstxt.org."""
    home = pages()[""]
    lines = [f"# {home.title}", "", f"> {home.summary}", ""]
    for name, found in sections().items():
        lines += [f"## {name}", ""]
        lines += [f"- [{page.title}]({base_url}{page.url}.md): {page.summary}" for page in found]
        lines.append("")
    lines += ["## Machine-readable", ""]
    for path, text in (
        ("/openapi.json", "the whole API as OpenAPI 3.1, webhooks included"),
        ("/postman.json", "the whole API as a Postman collection that runs against the sandboxes"),
        ("/llms-full.txt", "all these pages in one"),
        ("/.well-known/skills/index.json", "skills: " + ", ".join(skills())),
    ):
        lines.append(f"- [{path}]({base_url}{path}): {text}")
    return "\n".join(lines) + "\n"


def llms_full(base_url: str) -> str:
    """All pages in one text, each with the address it is from."""
    parts = [f"<!-- {base_url}{page.url}.md -->\n\n{page.text}" for page in pages().values()]
    return "\n".join(parts)
