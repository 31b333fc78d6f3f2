"""Which modules have no place in the layers of .importlinter, and would therefore escape them."""

from __future__ import annotations

import configparser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"


def layers() -> list[str]:
    """The modules and packages that the layers name."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    text = parser["importlinter:contract:layers"]["layers"]
    return [name for name in text.replace("|", " ").replace(":", " ").split() if name]


def modules(source: Path = SOURCE) -> list[str]:
    """Every module of the package that holds code; a package's own `__init__` counts when it imports anything."""
    found = []
    for path in sorted(source.glob("crossdock/**/*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        if "tests" in parts:
            continue
        if parts[-1] != "__init__":
            found.append(".".join(parts))
        elif "import " in path.read_text():
            found.append(".".join(parts[:-1]))
    return found


def homeless(source: Path = SOURCE) -> tuple[list[str], list[str]]:
    """All modules, and those that lie in no layer."""
    known = layers()
    found = modules(source)
    return found, [name for name in found if not any(name == layer or name.startswith(f"{layer}.") for layer in known)]
