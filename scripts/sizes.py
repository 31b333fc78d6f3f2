"""Finds folders of integrations that are large and do not say why.

A large adapter is seldom wrong, but it is always slower to review and to mend. So beyond a size its README has a
section that names the reason.
"""

from __future__ import annotations

from pathlib import Path

from crossdock.integrations import registry
from crossdock.integrations.kit.exchanges import folder_of

LARGE = 900
"""Lines without tests."""
SECTION = "\n## Size\n"


def lines_of(folder: Path) -> int:
    """Lines of Python, without those of tests."""
    files = [path for path in folder.rglob("*.py") if "tests" not in path.relative_to(folder).parts]
    return sum(len(path.read_text().splitlines()) for path in files)


def unexplained(folder: Path) -> str | None:
    """What is wrong with the size of a folder; None when nothing is."""
    count = lines_of(folder)
    readme = folder / "README.md"
    if count <= LARGE or (readme.exists() and SECTION in readme.read_text()):
        return None
    return f"{folder.name} has {count} lines; a README says under 'Size' why it needs more than {LARGE}"


def search() -> tuple[int, list[str]]:
    """How many folders were looked at, and what is wrong."""
    folders = sorted({folder_of(adapter) for adapter in registry.adapters()})
    return len(folders), [problem for folder in folders if (problem := unexplained(folder))]
