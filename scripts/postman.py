"""Runs the Postman collection with newman against a server of its own, from a fresh start.

    make postman            needs npm; the version of newman is the one the tests' package-lock.json has

The server lies in a folder that is removed afterwards. The exit status is newman's.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 90
NEWMAN = Path(__file__).parents[1] / "tests" / "api" / "clients" / "node_modules" / ".bin" / "newman"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("the server ended before it answered")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"the server did not answer within {START_SECONDS} seconds")


def _api_key(folder: Path) -> str:
    lines = (folder / "crossdock-data" / "credentials.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)["CROSSDOCK_API_KEY"]


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CROSSDOCK_")}
        with (folder / "serve.log").open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "crossdock.cli", "serve"],
                cwd=folder,
                env={**kept, "CROSSDOCK_PORT": str(port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, server)
            command = [str(NEWMAN), "run", f"{url}/postman.json", "--env-var", f"api_key={_api_key(folder)}"]
            return subprocess.run([*command, *sys.argv[1:]], check=False).returncode
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


if __name__ == "__main__":
    raise SystemExit(main())
