"""The `crossdock` command: the long-running ones begin without loading what the others need."""

from __future__ import annotations

import sys

from crossdock.platform import processes


def main() -> None:
    """Runs the command of the arguments."""
    if len(sys.argv) == 2 and sys.argv[1] in processes.PROCESSES:
        processes.main()
        return
    from crossdock import cli

    cli.main()


if __name__ == "__main__":
    main()
