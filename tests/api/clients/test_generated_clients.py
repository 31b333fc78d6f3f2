"""Clients that generators make of the served document compile, and complete a tour of the sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.fuzzing import Target

HERE = Path(__file__).parent


def _run(command: list[str | Path], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.fixture
def folder(target: Target, tmp_path: Path) -> Path:
    """A folder with the document as it is served."""
    (tmp_path / "openapi.json").write_text(json.dumps(target.document))
    return tmp_path


@pytest.fixture
def credentials(target: Target) -> list[str | Path]:
    """What the tours are told."""
    return [target.url, target.key, target.tokens["wms"]]


def test_python(folder: Path, credentials: list[str | Path]) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    _run([*generator, "--path", "openapi.json", "--output-path", "generated"], folder, PATH=path)
    _run([sys.executable, "-m", "compileall", "-q", "generated"], folder)
    told = _run([sys.executable, HERE / "tour.py", *credentials], folder, PYTHONPATH=str(folder / "generated"))
    assert "the tour is complete" in told


def test_typescript(folder: Path, credentials: list[str | Path]) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    modules = HERE / "node_modules"
    assert modules.exists(), "`make test` installs what is missing here"
    (folder / "node_modules").symlink_to(modules)
    for name in ("tour.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, folder)
    _run([modules / ".bin" / "openapi-typescript", "openapi.json", "-o", "api.ts"], folder)
    _run([modules / ".bin" / "tsc"], folder)
    assert "the tour is complete" in _run(["node", "tour.js", *credentials], folder)
