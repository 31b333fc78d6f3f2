"""Specifications of vendors and the overlays that correct them.

An overlay is a list in YAML. Each entry says where, what, and how it is known:

    - at: /components/schemas/order/properties/version      JSON pointer; `*` stands for every member
      merge: {type: string}                                 or `set:` or `remove: true`
      evidence: Every sample of the documentation has "3.0.0".

`merge` goes into objects and replaces everything else, `set` replaces as a whole and adds what is missing, `append`
adds to a list. An entry without evidence, and one that changes nothing, are refused.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

ROOT = Path(__file__).resolve().parents[5]
Grade = Literal["A", "B", "C", "D"]
_CHANGES = ("set", "merge", "append", "remove")


class SpecificationViolation(AssertionError):
    """A request, or an answer of the fake, that the specification does not allow; the text lists what is wrong."""


class SpecificationProblem(AssertionError):
    """The specification or its overlay cannot be used; the text says where."""


def specifications_folder() -> Path:
    """Where the specifications of vendors lie; it need not be there."""
    given = os.environ.get("CROSSDOCK_SPECIFICATIONS")
    return Path(given) if given else ROOT.parent / "shared" / "vendors"


@dataclass(frozen=True)
class Specification:
    """One file of a vendor, relative to the folder of all; `base` is the path that its own paths lie under.

    `grade` says how far it can be trusted: A is the vendor's own file, B was converted by a program from what the
    vendor made, C is somebody else's description, D was reconstructed from programs that call the vendor.
    """

    file: str
    grade: Grade
    base: str = ""
    overlay: Path | None = None

    @property
    def path(self) -> Path:
        return specifications_folder() / self.file

    @property
    def there(self) -> bool:
        """Whether the file is on this machine."""
        return self.path.is_file()

    def text(self) -> str:
        """The file as it is."""
        return self.path.read_text()

    def document(self) -> dict[str, Any]:
        """The corrected document; read once a process."""
        return _document(self)

    def corrections(self) -> list[dict[str, Any]]:
        """The entries of the overlay."""
        return [] if self.overlay is None else _yaml(self.overlay.read_text()) or []


class _Loader(yaml.CSafeLoader):
    """YAML as JSON has it: a date stays a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _yaml(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader


@functools.cache
def _document(specification: Specification) -> dict[str, Any]:
    text = specification.text()
    found = json.loads(text) if specification.file.endswith(".json") else _text_keys(_yaml(text))
    for number, entry in enumerate(specification.corrections(), 1):
        try:
            _correct(found, entry)
        except (KeyError, ValueError) as error:
            raise SpecificationProblem(f"entry {number} of {specification.overlay}: {error}") from error
    return dict(found)


def _text_keys(value: Any) -> Any:
    """YAML reads `200:` as a number; JSON has only texts as names."""
    if isinstance(value, dict):
        return {
            str(name).lower() if name is True or name is False else str(name): _text_keys(v)
            for name, v in value.items()
        }
    return [_text_keys(item) for item in value] if isinstance(value, list) else value


def _text_key(name: Any) -> str:
    return str(name).lower() if isinstance(name, bool) else str(name)


def _correct(document: dict[str, Any], entry: dict[str, Any]) -> None:
    change = [name for name in _CHANGES if name in entry]
    unknown = set(entry) - {"at", "evidence", *_CHANGES}
    if len(change) != 1 or unknown:
        raise ValueError(f"needs `at`, `evidence` and one of {', '.join(_CHANGES)}; has {sorted(entry)}")
    if not str(entry.get("evidence") or "").strip():
        raise ValueError(f"says no evidence for {entry['at']}")
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in entry["at"].split("/")[1:]]
    changed = False
    for holder in list(_members(document, parents)):
        names = list(_keys(holder)) if last == "*" else [last]
        for name in names:
            changed |= _apply(holder, int(name) if isinstance(holder, list) else name, change[0], entry[change[0]])
    if not changed:
        raise ValueError(f"changes nothing at {entry['at']}")


def _keys(holder: Any) -> Iterator[Any]:
    yield from range(len(holder)) if isinstance(holder, list) else list(holder)


def _members(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        if isinstance(value, dict | list):
            yield value
        return
    first, rest = path[0], path[1:]
    if first == "*":
        for key in _keys(value):
            yield from _members(value[key], rest)
    elif isinstance(value, list):
        yield from _members(value[int(first)], rest)
    elif isinstance(value, dict) and first in value:
        yield from _members(value[first], rest)


def _apply(holder: Any, name: Any, change: str, value: Any) -> bool:
    before = json.dumps(holder.get(name) if isinstance(holder, dict) else holder[name], sort_keys=True)
    if change == "remove":
        if isinstance(holder, dict) and name not in holder:
            return False
        del holder[name]
        return True
    if change == "set":
        holder[name] = value
    elif change == "append":
        holder[name] = [*(holder.get(name) or []), *value] if isinstance(holder, dict) else [*holder[name], *value]
    else:
        holder[name] = _merged(holder.get(name) if isinstance(holder, dict) else holder[name], value)
    return json.dumps(holder[name], sort_keys=True) != before


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: _merged(old.get(name), value) for name, value in new.items()}}
    return new
