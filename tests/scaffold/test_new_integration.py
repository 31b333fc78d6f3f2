"""`make new`: what it writes is clean code, and its tests fail until a person has filled it in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crossdock.scaffold.folder import ScaffoldRefused, plan, write

ROOT = Path(__file__).parents[2]
NAMES = [("acme", "wms"), ("zeta-3pl-central-of-the-far-north", "cart")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which both integrations have been made."""
    copy = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("cassettes", "__pycache__"))
    shutil.copytree(ROOT / "tests" / "contract_suite", copy / "tests" / "contract_suite")
    for name, vertical in NAMES:
        done = _run(copy, "crossdock.scaffold", name, vertical)
        assert done.returncode == 0, done.stderr
        assert f"make check NAME={name}" in done.stdout
    return copy


def _run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def _folders(copy: Path) -> list[str]:
    return [f"src/crossdock/integrations/{name.replace('-', '_')}" for name, _ in NAMES]


def test_the_code_is_clean(checkout: Path) -> None:
    """A person who starts with complaints about generated code learns to ignore complaints."""
    for arguments in (("check",), ("format", "--check")):
        done = _run(checkout, "ruff", *arguments, *_folders(checkout))
        assert done.returncode == 0, done.stdout


def test_the_types_are_clean(checkout: Path) -> None:
    """The same, for types: only code that fits the kit can be filled in."""
    packages = [part for name, _ in NAMES for part in ("-p", f"crossdock.integrations.{name.replace('-', '_')}")]
    cache = str(ROOT / ".mypy_cache" / "scaffold")
    done = _run(checkout, "mypy", "--strict", "--cache-dir", cache, *packages)
    assert done.returncode == 0, done.stdout
    checked = re.search(r"no issues found in (\d+) source files", done.stdout)
    assert checked is not None
    assert int(checked[1]) >= 5 * len(NAMES)


@pytest.fixture(scope="module")
def complaints(checkout: Path) -> str:
    """What the tests of both say; other plugins than the one they need only cost time."""
    chosen = " or ".join(f"{vertical}-{name}" for name, vertical in NAMES)
    places = ["tests/contract_suite", *_folders(checkout)]
    plugins = ["-p", "anyio.pytest_plugin", "-p", "no:cacheprovider"]
    done = _run(checkout, "pytest", *places, "-k", f"{chosen} or says or reads or table", *plugins)
    assert done.returncode == 1, done.stdout
    return done.stdout


@pytest.mark.parametrize(("name", "vertical"), NAMES)
def test_the_contract_suite_complains(complaints: str, name: str, vertical: str) -> None:
    """An integration that nobody recorded must not look finished."""
    test = "test_every_action_has_a_success_and_a_failure"
    assert f"FAILED tests/contract_suite/test_exchanges.py::{test}[{vertical}-{name}]" in complaints
    assert "check: no success" in complaints


@pytest.mark.parametrize(("name", "vertical"), NAMES)
def test_its_own_tests_complain(complaints: str, name: str, vertical: str) -> None:
    """The facts that only a person knows are asked for one by one."""
    folder = name.replace("-", "_")
    path = f"src/crossdock/integrations/{folder}/tests/test_{folder}_adapter.py"
    for missing in ("test_says_what_it_is", "test_reads_everything_only_for_a_reason", "test_the_mapping_has_a_table"):
        assert f"FAILED {path}::{missing}" in complaints


@pytest.mark.parametrize(
    ("vertical", "action"), [("wms", "get_products"), ("cart", "get_warehouses"), ("erp", "get_customers")]
)
def test_begins_with_what_every_system_has(vertical: str, action: str) -> None:
    """A first read that the system lacks has to be thrown away before anything is learned from it."""
    assert plan("acme", vertical).action.name == action


@pytest.mark.parametrize(
    ("name", "vertical", "reason"),
    [
        ("Acme", "wms", "not a slug"),
        ("acme_x", "wms", "not a slug"),
        ("3pl", "wms", "not a slug"),
        ("../acme", "wms", "not a slug"),
        ("kit", "wms", "cannot be the name"),
        ("class", "wms", "cannot be the name"),
        ("acme", "shop", "is not one of"),
        ("acme", "", "is not one of"),
    ],
)
def test_refuses_names_that_cannot_work(name: str, vertical: str, reason: str) -> None:
    """A half-written folder with a bad name would break the start of everything."""
    with pytest.raises(ScaffoldRefused, match=reason):
        plan(name, vertical)


def test_leaves_an_existing_folder_alone(tmp_path: Path) -> None:
    """A typing mistake must not overwrite an adapter."""
    planned = plan("acme", "wms")
    write(planned, tmp_path)
    (tmp_path / "acme" / "adapter.py").write_text("mine")
    with pytest.raises(ScaffoldRefused, match="exists"):
        write(planned, tmp_path)
    assert (tmp_path / "acme" / "adapter.py").read_text() == "mine"
