"""Every check of the build except the tests, which `make test` runs after these.

Each check says how many things it looked at, and fails when it found nothing to look at.

    python scripts/check.py                        all checks
    python scripts/check.py --fix                  repair what can be repaired
    python scripts/check.py --integration tryton   only the tests of one integration
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import generate_docs, layers, sizes, vendor_names  # noqa: E402 - the root has to be on the path first

CODE = [name for name in ("src", "tests", "bench", "faults", "examples", "real", "scripts") if (ROOT / name).is_dir()]


@dataclass(frozen=True)
class Finding:
    """What a check found: how many things it looked at, and what is wrong with them (nothing when empty)."""

    looked_at: int
    things: str
    wrong: str = ""


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def _said(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def _count(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def _python_files() -> int:
    return len(_run("ruff", "check", "--show-files", *CODE).stdout.splitlines())


def check_format() -> Finding:
    """Ruff's format, so that no diff is about white space."""
    return Finding(_python_files(), "files", _said(_run("ruff", "format", "--check", *CODE)))


def check_lint() -> Finding:
    """Ruff's rules of pyproject.toml."""
    return Finding(_python_files(), "files", _said(_run("ruff", "check", "--quiet", *CODE)))


def check_types() -> Finding:
    """Strict mypy."""
    done = _run("mypy", *CODE)
    return Finding(_count(r"(\d+) source files", done.stdout), "files", _said(done))


def check_layers() -> Finding:
    """The contracts of .importlinter: imports flow one way."""
    # The module form of import-linter does nothing, so it is called through its function.
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return Finding(_count(r"Analyzed (\d+) files", done.stdout), "files", _said(done))


def check_placed() -> Finding:
    """Every module has a place in the layers, so that a new one cannot escape them."""
    modules, homeless = layers.homeless()
    return Finding(len(modules), "modules", "\n".join(f"{name} is in no layer of .importlinter" for name in homeless))


def check_vendor_names() -> Finding:
    """Outside its folder no code names a vendor."""
    looked_at, found = vendor_names.search()
    return Finding(looked_at, "files", "\n".join(found))


def check_sizes() -> Finding:
    """A large integration says why it is."""
    looked_at, found = sizes.search()
    return Finding(looked_at, "folders", "\n".join(found))


def check_generated() -> Finding:
    """Generated pages are what the code says today."""
    pages = generate_docs.pages()
    stale = generate_docs.stale(pages)
    return Finding(len(pages), "pages", "\n".join(f"{path} is stale; run `make fix`" for path in stale))


CHECKS: tuple[tuple[str, Callable[[], Finding]], ...] = (
    ("format", check_format),
    ("lint", check_lint),
    ("types", check_types),
    ("layers", check_layers),
    ("placed", check_placed),
    ("vendor names", check_vendor_names),
    ("sizes", check_sizes),
    ("generated", check_generated),
)


def run_checks() -> int:
    """Runs every check and gives the number that failed."""
    failed = 0
    for name, check in CHECKS:
        finding = check()
        wrong = finding.wrong or ("" if finding.looked_at else "there was nothing to look at")
        failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok':7} {name}: {finding.looked_at} {finding.things}", flush=True)
        if wrong:
            print(wrong, flush=True)
    return failed


def fix() -> int:
    """Repairs format, lint and generated pages."""
    _run("ruff", "check", "--quiet", "--fix", *CODE)
    _run("ruff", "format", *CODE)
    for path in generate_docs.write(generate_docs.pages()):
        print(f"wrote {path.relative_to(ROOT)}")
    return run_checks()


def test_integration(name: str) -> int:
    """The tests of one integration: the contract suite on its exchanges, and what is in its folder."""
    folder = name.replace("-", "_")
    own = ROOT / "src" / "crossdock" / "integrations" / folder
    if not own.is_dir():
        print(f"there is no integration {name} in {own.parent.relative_to(ROOT)}")
        return 1
    suites = [name for name in ("tests/contract_suite", "tests/fake_vendors") if (ROOT / name).is_dir()]
    places = [*suites, str(own.relative_to(ROOT))]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *places, "-k", f"{name} or {folder}"], cwd=ROOT, check=False
    ).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--fix", action="store_true", help="repair what can be repaired, then check")
    parser.add_argument("--integration", metavar="SLUG", help="run the tests of this integration only")
    arguments = parser.parse_args()
    if arguments.integration:
        return test_integration(arguments.integration)
    return 1 if (fix() if arguments.fix else run_checks()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
