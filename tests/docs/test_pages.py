"""The pages a new user follows work as they stand: their shell blocks run, their links lead somewhere."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *(path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "src").rglob("README.md")),
]
RUN = [ROOT / "README.md", ROOT / "docs" / "guide" / "getting-started.md"]
DOCUMENTED_ADDRESS = "http://127.0.0.1:8000"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# A refused call fails its block, and its answer is shown.
_PRELUDE = 'curl() { command curl --fail-with-body "$@"; }\n'


@dataclass(frozen=True)
class Served:
    """A running server, as `make run` starts it: its data lies in the working folder."""

    folder: Path
    address: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`crossdock serve` in an empty folder."""
    folder = tmp_path_factory.mktemp("tour")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**kept, "PATH": path, "CROSSDOCK_PORT": str(port)}
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["crossdock", "serve"], cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(f"{DOCUMENTED_ADDRESS.rpartition(':')[0]}:{port}/healthz", process, log)
        yield Served(folder, f"http://127.0.0.1:{port}", environment)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own http address
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"the server did not answer:\n{log.read_text()}")


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [text for found, text in _BLOCK.findall(page.read_text()) if found == language]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_shell_blocks_run(served: Served, page: Path) -> None:
    """A first command that fails is where a new user stops."""
    found = blocks(page, "sh")
    assert found
    # One shell for the whole page, as the reader has; a marker tells which block failed.
    script = "".join(f"echo '--- block {number}'\n{block}\necho\n" for number, block in enumerate(found, 1))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _PRELUDE + script.replace(DOCUMENTED_ADDRESS, served.address)],
        cwd=served.folder,
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert done.stdout.count('"data"') >= len(found) - 2, done.stdout


EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if path.name != "client.py")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_run_on_the_sandboxes(served: Served, example: Path) -> None:
    """Examples are what users copy from; each ends in assertions of its own."""
    done = subprocess.run(
        [sys.executable, str(example), "--address", served.address],
        cwd=served.folder,
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "every answer was as expected" in done.stdout
    assert done.stdout.count("    ok  ") >= 8


def test_every_shell_block_is_either_run_or_a_start() -> None:
    """A block in another language would escape the test above; only what starts the server may."""
    for page in RUN:
        for block in blocks(page, "console"):
            for line in block.splitlines():
                assert re.fullmatch(r"\$ (git clone .*|make \w+)", line), line
        assert not blocks(page, "bash")
        assert not blocks(page, "")


def test_make_targets_exist() -> None:
    """A page that names a target that is gone sends its reader away."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    named = {name for page in PAGES for name in re.findall(r"`(?:\w+=\S+ )?make (\w+)", page.read_text())}
    assert named
    assert named <= targets


def test_every_dependency_has_its_reason() -> None:
    """Whoever installs this has to be able to see why each package comes along."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {match[0] for match in (re.match(r"[\w-]+", requirement) for requirement in listed) if match}
    text = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
    assert len(names) > 20
    assert {name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A dead link hides the page behind it."""
    for target in _LINK.findall(page.read_text()):
        if not target.startswith(("http://", "https://", "#")):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_page_of_the_guide_is_reachable_from_the_readme() -> None:
    """A page that nothing links to is not found."""
    reached, queue = set(), [ROOT / "README.md"]
    while queue:
        page = queue.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for target in _LINK.findall(page.read_text()):
            path = (page.parent / target.partition("#")[0]).resolve()
            if not target.startswith("http"):
                queue += sorted(path.glob("*.md")) if path.is_dir() else [path]
    assert set((ROOT / "docs").rglob("*.md")) <= reached
