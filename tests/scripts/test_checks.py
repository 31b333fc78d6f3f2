"""The checks of `make check` find what they are for; each is given a planted fault."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import check, generate_docs, layers, sizes, vendor_names

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package's code, to plant faults in."""
    shutil.copy(ROOT / ".importlinter", tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    return tmp_path / "src" / "crossdock"


def _plant(path: Path, line: str) -> None:
    path.write_text(f"{path.read_text()}\n{line}\n")


def test_imports_that_go_the_wrong_way_are_found(package: Path) -> None:
    """Without this the layers hold only as long as everybody remembers them."""
    _plant(package / "contract" / "events.py", "from crossdock.integrations import registry")
    _plant(package / "integrations" / "kit" / "paging.py", "from crossdock.integrations import describe")
    _plant(package / "integrations" / "vendure" / "stock.py", "from crossdock.integrations.tryton import mapping")
    _plant(package / "integrations" / "sandbox" / "mapping.py", "from crossdock.sandbox import goods")
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=package.parents[1],
        env={**os.environ, "PYTHONPATH": str(package.parent), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "Contracts: 0 kept, 4 broken." in done.stdout


def test_a_module_without_a_place_is_found(package: Path) -> None:
    """A new package would otherwise be free to import anything."""
    found, homeless = layers.homeless(package.parent)
    assert len(found) > 100
    assert homeless == []
    (package / "extras").mkdir()
    (package / "extras" / "__init__.py").write_text("import json\n")
    (package / "extras" / "more.py").write_text("")
    assert layers.homeless(package.parent)[1] == ["crossdock.extras", "crossdock.extras.more"]


@pytest.mark.parametrize(
    "line",
    [
        "def sync_tryton() -> None: ...",
        "from crossdock.integrations.vendure import mapping",
        'SPECIAL = {"vendure"}',
        'PATH = "/hooks/tryton/incoming"',
        "class TrytonRule: ...",
        "done = run(tryton=1)",
    ],
)
def test_code_that_names_a_vendor_is_found(tmp_path: Path, line: str) -> None:
    """Such code is a second list beside the registry, and the two drift apart."""
    (tmp_path / "service.py").write_text(line)
    looked_at, found = vendor_names.search(tmp_path)
    assert looked_at == 1
    assert found


def test_prose_may_name_a_vendor(tmp_path: Path) -> None:
    """Docstrings and descriptions explain with examples."""
    (tmp_path / "prose.py").write_text(
        '"""As Tryton does."""\nTEXT = "Such as Vendure, a shop."  # tryton\nretry = 1\n'
    )
    assert vendor_names.search(tmp_path) == (1, [])


def test_an_example_may_name_a_vendor(tmp_path: Path) -> None:
    """A vendor whose name stands in an example of the contract could not be added otherwise."""
    (tmp_path / "shape.py").write_text('Meta(examples=["tryton"])\nSLUG = {"type": "string", "examples": ["tryton"]}\n')
    assert vendor_names.search(tmp_path) == (1, [])


def test_a_stale_page_is_found_and_written(tmp_path: Path) -> None:
    """A page that lags behind the code misleads whoever reads it."""
    page = tmp_path / "reference" / "page.md"
    wanted = {page: "new\n"}
    assert generate_docs.stale(wanted) == [page]
    generate_docs.write(wanted)
    assert generate_docs.stale(wanted) == []
    page.write_text("old\n")
    assert generate_docs.stale(wanted) == [page]


def test_the_capability_block_keeps_what_is_around_it() -> None:
    """The quirks of a vendor are written by hand and must survive `make fix`."""
    block = f"{generate_docs.BEGIN}\nnew \\1\n{generate_docs.END}"
    text = generate_docs.with_block(
        f"# A\n\nquirks\n\n{generate_docs.BEGIN}\nold\n{generate_docs.END}\n\nmore\n", block
    )
    assert text == f"# A\n\nquirks\n\n{block}\n\nmore\n"
    assert generate_docs.with_block("# A\n\nquirks\n", block).startswith("# A\n\nquirks\n\n## What it can do\n")


@pytest.mark.parametrize(
    ("finding", "failed"),
    [
        (check.Finding(3, "files"), 0),
        (check.Finding(3, "files", "bad"), 1),
        (check.Finding(0, "files"), 1),
    ],
)
def test_a_check_that_looked_at_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], finding: check.Finding, failed: int
) -> None:
    """A check that stopped finding its files would stay green for years."""
    monkeypatch.setattr(check, "CHECKS", (("planted", lambda: finding),))
    assert check.run_checks() == failed
    assert f"planted: {finding.looked_at} files" in capsys.readouterr().out


def test_an_unknown_integration_has_no_tests_to_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """`make check NAME=` with a typing mistake must not look like success."""
    assert check.test_integration("tritton") == 1
    assert "tritton" in capsys.readouterr().out


def test_a_large_folder_that_does_not_say_why_is_found(tmp_path: Path) -> None:
    """Adapters would grow until nobody wants to mend them."""
    folder = tmp_path / "depot"
    (folder / "tests").mkdir(parents=True)
    (folder / "adapter.py").write_text("x = 1\n" * sizes.LARGE)
    (folder / "tests" / "fake.py").write_text("x = 1\n" * sizes.LARGE)
    assert sizes.unexplained(folder) is None
    (folder / "stock.py").write_text("x = 1\n")
    assert sizes.unexplained(folder) == "depot has 901 lines; a README says under 'Size' why it needs more than 900"
    (folder / "README.md").write_text("# Depot\n\n## Size\n\nForty actions.\n")
    assert sizes.unexplained(folder) is None
