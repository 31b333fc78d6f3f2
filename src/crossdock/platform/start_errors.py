"""Why a start did not happen."""

from __future__ import annotations

import sys
from typing import NoReturn


class StartRefused(Exception):
    """Crossdock cannot start; the message is one line for the user, with the remedy."""


class StartCancelled(Exception):
    """The start was given up because its caller is asked to stop."""


def refuse(message: str, code: int = 2) -> NoReturn:
    """Ends the process with one line for the user."""
    print(f"crossdock: {message}", file=sys.stderr)  # noqa: T201 - this is the command's error output
    raise SystemExit(code)
