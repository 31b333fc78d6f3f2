"""Finds code that names a vendor outside the vendor's folder.

Such code would be a second list beside the registry. Names count (variables, functions, classes, modules, arguments),
and texts without white space: a slug, a display name, a path or a dotted name. Prose does not: comments, docstrings and
the descriptions and examples of the contract may say how a vendor behaves. The sandbox is ours, so it may be named.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from crossdock.integrations import registry
from crossdock.integrations.kit.exchanges import folder_of

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "crossdock"
OURS = "sandbox"
_EXAMPLES = frozenset({"example", "examples"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text))


def vendors() -> dict[Path, set[tuple[str, ...]]]:
    """The folder of each vendor, and its names as sequences of words."""
    found: dict[Path, set[tuple[str, ...]]] = {}
    for adapter in registry.adapters():
        if adapter.slug != OURS:
            folder = folder_of(adapter)
            names = {_words(adapter.slug), _words(adapter.display_name), _words(folder.name)}
            found.setdefault(folder, set()).update(names)
    return found


def _examples(tree: ast.AST) -> Iterator[ast.expr]:
    """What is given as an example of a value, by an argument or a member of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _EXAMPLES:
            yield node.value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _EXAMPLES:
                    yield value


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name in code, and every text that is neither prose nor an example, with its line."""
    prose = {id(part) for example in _examples(tree) for part in ast.walk(example) if isinstance(part, ast.Constant)}
    for node in ast.walk(tree):
        if id(node) in prose:
            continue
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Name):
            yield line, node.id
        elif isinstance(node, ast.Attribute):
            yield line, node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield line, node.name
        elif isinstance(node, ast.arg | ast.keyword):
            yield line, node.arg or ""
        elif isinstance(node, ast.Import):
            yield from ((line, item.name) for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield line, node.module or ""
            yield from ((line, item.name) for item in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not re.search(r"\s", node.value):
            yield line, node.value


def _holds(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return any(words[start : start + len(name)] == name for start in range(len(words) - len(name) + 1))


def search(source: Path = SOURCE) -> tuple[int, list[str]]:
    """How many files were searched, and where a vendor is named."""
    known = vendors()
    if not known:
        return 0, []
    looked_at, found = 0, []
    for path in sorted(source.rglob("*.py")):
        if any(path.is_relative_to(folder) for folder in known):
            continue
        looked_at += 1
        for line, text in _names(ast.parse(path.read_text())):
            words = _words(text)
            for name in {name for names in known.values() for name in names}:
                if _holds(words, name):
                    found.append(f"{path}:{line}: {text!r} names the vendor {' '.join(name)}")
    return looked_at, found
