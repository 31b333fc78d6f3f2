"""Crossdock against real systems on this machine: `make real`, or `python -m real`.

Installs, stocks and starts Tryton and Vendure, starts Crossdock on a fresh data folder, connects both, runs
`examples/inventory_management.py` on the sandboxes and on both systems, and then asks Tryton and Vendure themselves
whether stock and kits are what Crossdock says. Everything it started is stopped at the end.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from real import tryton, vendure, window

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
CROSSDOCK = [sys.executable, "-m", "crossdock.cli"]
START_TIMEOUT_SECONDS = 90
STOP_TIMEOUT_SECONDS = 60
COMMAND_TIMEOUT_SECONDS = 120
EXAMPLE_TIMEOUT_SECONDS = 600


class RealRunFailed(RuntimeError):
    """A step went wrong, or a system does not hold what Crossdock says it does."""


@dataclass(frozen=True)
class Server:
    """A running Crossdock and the environment of its commands."""

    address: str
    environment: Mapping[str, str]
    credentials: Path


@dataclass(frozen=True)
class Comparison:
    """One thing that Crossdock claims, and what the system itself says."""

    system: str
    what: str
    claimed: Any
    found: Any

    @property
    def holds(self) -> bool:
        return bool(self.claimed == self.found)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def crossdock_server(folder: Path) -> Iterator[Server]:
    """`crossdock serve` on a fresh data folder, as a user starts it; stopped at the end."""
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
    environment = {
        **kept,
        "CROSSDOCK_DATA": str(folder / "data"),
        "CROSSDOCK_PORT": str(port),
        "CROSSDOCK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "CROSSDOCK_TICK_SECONDS": "2",
    }
    log = folder / "crossdock.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the command is constant
            [*CROSSDOCK, "serve"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(f"http://127.0.0.1:{port}", environment, folder / "data" / "credentials.env")
    try:
        _wait_until_it_answers(process, server.address, log)
        yield server
    except BaseException:
        logger.warning("The end of Crossdock's log:\n%s", log.read_text()[-3000:])
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_TIMEOUT_SECONDS)


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RealRunFailed(f"Crossdock ended with status {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - our own http address
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise RealRunFailed(f"Crossdock did not answer within {START_TIMEOUT_SECONDS} seconds")


def connect(server: Server, vertical: str, slug: str, **credentials: str) -> str:
    """Connects a system with `crossdock connect` and gives its access token."""
    given = {f"CROSSDOCK_CREDENTIAL_{name.upper()}": value for name, value in credentials.items()}
    said = _run([*CROSSDOCK, "connect", vertical, slug], {**server.environment, **given}, COMMAND_TIMEOUT_SECONDS)
    values = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    logger.info("Connected %s/%s as %s", vertical, slug, values["CONNECTION_ID"])
    return values["ACCESS_TOKEN"]


def connect_shop(server: Server, shop: vendure.VendureShop) -> str:
    """Connects Vendure in the connect window, and with the command where the browser run has not what it needs."""
    if (absent := window.missing()) is not None:
        logger.info("There is no %s, so Vendure is connected with the command", absent)
        return connect(
            server, "cart", "vendure", base_url=shop.base_url, username=shop.username, password=shop.password
        )
    known = dict(line.split("=", 1) for line in server.credentials.read_text().splitlines())
    fields = {"Shop address": shop.base_url, "User name": shop.username, "Password": shop.password}
    token = window.connect(server.address, known["CROSSDOCK_API_KEY"], "cart", "Vendure", fields, "Password")
    logger.info("Connected Vendure in the connect window, after a wrong password")
    return token


def _run(command: list[str], environment: Mapping[str, str], timeout_seconds: int) -> str:
    done = subprocess.run(  # noqa: S603 - the commands are this module's own
        command, env=environment, stdout=subprocess.PIPE, text=True, timeout=timeout_seconds, check=False, cwd=ROOT
    )
    if done.returncode:
        raise RealRunFailed(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def run_example(server: Server, tokens: list[str], folder: Path) -> list[dict[str, Any]]:
    """Runs the example on the sandboxes and on these connections; what it says the systems hold now."""
    known = dict(line.split("=", 1) for line in server.credentials.read_text().splitlines())
    sandboxes = [known[f"CROSSDOCK_{vertical}_SANDBOX_TOKEN"] for vertical in ("WMS", "CART")]
    environment = {
        **server.environment,
        "CROSSDOCK_API_KEY": known["CROSSDOCK_API_KEY"],
        "ACCESS_TOKENS": ",".join([*sandboxes, *tokens]),
    }
    report = folder / "report.json"
    example = str(ROOT / "examples" / "inventory_management.py")
    command = [sys.executable, example, "--address", server.address, "--report", str(report)]
    done = subprocess.run(command, env=environment, timeout=EXAMPLE_TIMEOUT_SECONDS, check=False)  # noqa: S603 - as above
    if done.returncode:
        raise RealRunFailed(f"the example ended with status {done.returncode}")
    claims: list[dict[str, Any]] = json.loads(report.read_text())
    return claims


def _claims_of(claims: list[dict[str, Any]], slug: str) -> dict[str, Any]:
    [found] = [claim for claim in claims if claim["integration_name"] == slug]
    return found


def ask_tryton(server: tryton.TrytonServer, claims: dict[str, Any]) -> Iterator[Comparison]:
    """Tryton's own view of the stock and kits that were claimed."""
    for sku, levels in claims["stock"].items():
        found = server.stock_by_warehouse(sku)
        yield Comparison("Tryton", f"stock of {sku} by warehouse", levels, {code: found.get(code) for code in levels})
        total = sum(levels.values())
        yield Comparison("Tryton", f"stock of {sku} in all", total, server.stock(sku))
    for sku, components in claims["kits"].items():
        yield Comparison("Tryton", f"components of {sku}", components, server.kit_components(sku))


def ask_vendure(shop: vendure.VendureShop, claims: dict[str, Any]) -> Iterator[Comparison]:
    """Vendure's own view of the stock that was claimed."""
    for sku, levels in claims["stock"].items():
        found = {location: level.on_hand for location, level in shop.stock(sku).items()}
        yield Comparison(
            "Vendure", f"stock of {sku} by location", levels, {place: found.get(place) for place in levels}
        )


def show(claims: list[dict[str, Any]], comparisons: list[Comparison]) -> None:
    """What was run, and whether the systems agree."""
    table = Table("System", "What", "Crossdock says", "The system says", "", title="Asked afterwards")
    for item in comparisons:
        table.add_row(item.system, item.what, str(item.claimed), str(item.found), "ok" if item.holds else "DIFFERS")
    console = Console(width=140)
    console.print(table)
    names = [f"{claim['vertical']}/{claim['integration_name']}" for claim in claims]
    console.print(f"The example ran on {', '.join(names)}; {len(comparisons)} claims were checked.")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # Ends as Ctrl-C does, so that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-real-")))
        depot = stack.enter_context(tryton.running())
        logger.info("Tryton answers at %s", depot.base_url)
        shop = stack.enter_context(vendure.running())
        logger.info("Vendure answers at %s", shop.base_url)
        server = stack.enter_context(crossdock_server(folder))
        logger.info("Crossdock answers at %s", server.address)
        tokens = [
            connect(
                server, "wms", "tryton", base_url=depot.base_url, database=depot.database, application_key=depot.key
            ),
            connect_shop(server, shop),
        ]
        claims = run_example(server, tokens, folder)
        comparisons = [
            *ask_tryton(depot, _claims_of(claims, "tryton")),
            *ask_vendure(shop, _claims_of(claims, "vendure")),
        ]
        show(claims, comparisons)
    kinds = {(item.system, item.what.split(" ")[0]) for item in comparisons}
    if not kinds >= {("Tryton", "stock"), ("Tryton", "components"), ("Vendure", "stock")}:
        logger.error("nothing was claimed that could be checked: %s", sorted(kinds))
        return 1
    return 0 if all(item.holds for item in comparisons) else 1


if __name__ == "__main__":
    raise SystemExit(main())
