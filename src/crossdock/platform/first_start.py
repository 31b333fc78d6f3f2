"""What the first start of an installation tells its user."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CREDENTIALS_FILE = "credentials.env"


@dataclass(frozen=True)
class FirstStart:
    """What a first start has made: an organization, its key, and the tokens of its sandboxes."""

    api_key: str
    sandbox_tokens: dict[str, str]

    def lines(self) -> list[str]:
        """The lines of the credentials file."""
        tokens = [f"CROSSDOCK_{name.upper()}_SANDBOX_TOKEN={token}" for name, token in self.sandbox_tokens.items()]
        return [f"CROSSDOCK_API_KEY={self.api_key}", *tokens]


def write_secret_file(path: Path, lines: list[str]) -> None:
    """Writes a file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("\n".join(lines) + "\n")
