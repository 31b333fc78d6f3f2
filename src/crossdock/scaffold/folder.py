"""What goes into the folder of a new integration."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from string import Template

from msgspec import inspect as type_inspect

from crossdock.contract.actions import Action
from crossdock.contract.catalogue import PUBLISHED
from crossdock.contract.values import VERTICALS

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEMPLATES = Path(__file__).parent / "templates"
_RESERVED = frozenset({"kit", "registry", "describe", "tests"})
_FILES = {
    "__init__.py": "__init__.py.txt",
    "adapter.py": "adapter.py.txt",
    "models.py": "models.py.txt",
    "mapping.py": "mapping.py.txt",
    "README.md": "README.md.txt",
    "tests/__init__.py": "gitkeep.txt",
    "tests/test_{folder}_adapter.py": "test_adapter.py.txt",
    "tests/cassettes/.gitkeep": "gitkeep.txt",
}


class ScaffoldRefused(Exception):
    """The folder cannot be written; the text says why."""


@dataclass(frozen=True)
class Plan:
    """A new integration: its names, and the read it begins with."""

    slug: str
    vertical: str
    action: Action

    @property
    def folder(self) -> str:
        return self.slug.replace("-", "_")

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.slug.split("-"))

    @property
    def display_name(self) -> str:
        return " ".join(part.capitalize() for part in self.slug.split("-"))

    def values(self) -> dict[str, str]:
        """What the templates fill in."""
        record = self.action.resource.record
        if record is None:
            raise TypeError(f"{self.action.key} has no record schema")
        module = import_module(record.__module__)
        constant = next(name for name, value in vars(module).items() if value is self.action)
        fields = _required(self.action)
        return {
            "slug": self.slug,
            "folder": self.folder,
            "Vendor": self.class_name,
            "display_name": self.display_name,
            "vertical": self.vertical,
            "package": module.__name__.rpartition(".")[0],
            "module": module.__name__.rpartition(".")[2],
            "ACTION": constant,
            "action": self.action.name,
            "Record": record.__name__,
            "noun": self.action.resource.singular,
            "path": f"/{self.action.resource.name.replace('_', '-')}",
            "model_fields": "\n".join(
                f"    {name}: {'Timestamp' if is_time else 'str'}" for name, is_time in fields.items()
            ),
            "model_import": "\nfrom crossdock.contract.values import Timestamp\n" if any(fields.values()) else "",
            "mapped_fields": ", ".join(
                f"{name}=moment(row.{name})" if is_time else f"{name}=row.{name}" for name, is_time in fields.items()
            ),
            "kit_import": "from crossdock.integrations.kit.mapping import moment\n" if any(fields.values()) else "",
        }

    def next_steps(self) -> str:
        """What to do now, for the person at the terminal."""
        return (_TEMPLATES / "next_steps.txt").read_text().format(**self.values()).rstrip()


def _required(action: Action) -> dict[str, bool]:
    """The fields a record must have, each with whether it is a time; ScaffoldRefused for other types than text."""
    info = type_inspect.type_info(action.resource.record)
    if not isinstance(info, type_inspect.StructType):
        raise ScaffoldRefused(f"{action.key} is not a record")
    found = {}
    for item in info.fields:
        if item.required:
            kind = item.type.type if isinstance(item.type, type_inspect.Metadata) else item.type
            if not isinstance(kind, type_inspect.StrType | type_inspect.DateTimeType):
                raise ScaffoldRefused(f"{action.key} needs more than texts and times")
            found[item.encode_name] = isinstance(kind, type_inspect.DateTimeType)
    return found


def _first_read(vertical: str) -> Action:
    """The read to begin with: of those that need only texts and times, the one that needs fewest.

    Records that people tag are the ones that every system has.
    """
    simple: list[tuple[bool, int, Action]] = []
    for action in PUBLISHED:
        if action.vertical == vertical and action.is_read:
            try:
                simple.append((not action.resource.taggable, len(_required(action)), action))
            except ScaffoldRefused:
                continue
    if not simple:
        raise ScaffoldRefused(f"the contract publishes no read of {vertical} yet, so there is nothing to begin with")
    return min(simple, key=lambda item: item[:2])[2]


def plan(slug: str, vertical: str) -> Plan:
    """A plan for these names, or `ScaffoldRefused`."""
    if not _SLUG.fullmatch(slug):
        raise ScaffoldRefused(f"NAME={slug!r} is not a slug: lower-case letters, digits and single hyphens")
    if vertical not in VERTICALS:
        raise ScaffoldRefused(f"TYPE={vertical!r} is not one of {', '.join(VERTICALS)}")
    planned = Plan(slug, vertical, _first_read(vertical))
    if keyword.iskeyword(planned.folder) or planned.folder in _RESERVED:
        raise ScaffoldRefused(f"{planned.folder} cannot be the name of a folder of code")
    return planned


def write(planned: Plan, into: Path) -> Path:
    """Writes the folder and gives its path; an existing one is left alone."""
    folder = into / planned.folder
    if folder.exists():
        raise ScaffoldRefused(f"{folder} exists; add the adapter of another vertical there by hand")
    values = planned.values()
    for name, template in _FILES.items():
        path = folder / name.format(folder=planned.folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template((_TEMPLATES / template).read_text()).substitute(values))
    return folder


def tidy(folder: Path) -> None:
    """Sorts imports and breaks lines, both of which depend on the name."""
    ours = 'lint.isort.known-first-party=["crossdock"]'
    for arguments in (("check", "--quiet", "--fix", "--select", "I", "--config", ours), ("format", "--quiet")):
        done = subprocess.run(  # noqa: S603 - the command is constant
            [sys.executable, "-m", "ruff", *arguments, str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ScaffoldRefused(f"ruff could not tidy {folder}: {done.stderr.strip()}")
