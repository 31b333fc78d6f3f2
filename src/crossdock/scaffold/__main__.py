"""`python -m crossdock.scaffold NAME TYPE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import crossdock.integrations as package
from crossdock.contract.values import VERTICALS
from crossdock.scaffold.folder import ScaffoldRefused, plan, tidy, write


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m crossdock.scaffold", description="Write a new integration.")
    parser.add_argument("name", help="slug on the wire, such as acme or acme-warehouse")
    parser.add_argument("type", help=f"one of {', '.join(VERTICALS)}")
    parser.add_argument("--into", type=Path, default=Path(package.__path__[0]), help="folder of the integrations")
    arguments = parser.parse_args()
    try:
        planned = plan(arguments.name, arguments.type)
        folder = write(planned, arguments.into)
        tidy(folder)
    except ScaffoldRefused as error:
        print(f"new: {error}", file=sys.stderr)  # noqa: T201 - this is the command's error output
        return 2
    sys.stdout.write(f"wrote {folder}\n\n{planned.next_steps()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
