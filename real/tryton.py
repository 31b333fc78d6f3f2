"""A real Tryton on this machine: installed from PyPI, stocked, started, and asked for its own view of its stock.

Nothing here uses Crossdock's adapter, so that what the adapter claims can be checked against Tryton itself.
`python -m real.tryton` runs the server until interrupted.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
SOURCE = Path(__file__).parent / "tryton"
HOME = ROOT / ".real" / "tryton"
PYTHON = HOME / "venv" / "bin" / "python"
PRISTINE = HOME / "pristine.sqlite"
DATABASE = "tryton"
MODULES = ("stock", "stock_lot", "stock_lot_sled", "product_kit", "product_measurements")

INSTALL_TIMEOUT_SECONDS = 600
POPULATE_TIMEOUT_SECONDS = 300
START_TIMEOUT_SECONDS = 90
STOP_TIMEOUT_SECONDS = 15
REQUEST_TIMEOUT_SECONDS = 30


class TrytonError(RuntimeError):
    """Tryton could not be installed, started or asked."""


@dataclass(frozen=True)
class Place:
    """A stock location of a warehouse, or the warehouse itself."""

    id: int
    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class TrytonServer:
    """A running Tryton. Everything is asked over its REST API with the application key.

    Quantities are floats in the product's default unit, as Tryton states them. Each method raises TrytonError when
    Tryton refuses or knows no such code.
    """

    base_url: str
    port: int
    key: str = field(repr=False)
    database: str = DATABASE

    def stock(self, sku: str) -> float:
        """Units of a SKU in all warehouses together."""
        return sum(self.stock_by_warehouse(sku).values())

    def stock_by_warehouse(self, sku: str) -> dict[str, float]:
        """Units of a SKU by warehouse code, everything below the warehouse included."""
        product = self.product_id(sku)
        stock = {}
        for warehouse in self.warehouses():
            context = {"locations": [warehouse.id], "with_childs": True}
            [row] = self.get("product.product", [["id", "=", product]], ["quantity"], context)
            stock[warehouse.code] = row["quantity"]
        return stock

    def stock_by_location(self, sku: str) -> dict[str, float]:
        """Units of a SKU by location code, each location without what lies below it; empty ones are left out."""
        context = {"product": self.product_id(sku), "with_childs": False}
        rows = self.get("stock.location", [["type", "=", "storage"]], ["code", "quantity"], context)
        return {row["code"]: row["quantity"] for row in rows if row["quantity"]}

    def stock_by_lot(self, sku: str) -> dict[tuple[str, str], float]:
        """Units of a SKU by lot number and warehouse code."""
        product = self.product_id(sku)
        stock = {}
        for warehouse in self.warehouses():
            context = {"locations": [warehouse.id], "with_childs": True}
            for row in self.get("stock.lot", [["product", "=", product]], ["number", "quantity"], context):
                if row["quantity"]:
                    stock[row["number"], warehouse.code] = row["quantity"]
        return stock

    def kit_components(self, sku: str) -> dict[str, float]:
        """Units by SKU that one kit is made of. Raises TrytonError when the product is no kit."""
        [row] = self.get(
            "product.product",
            [["code", "=", sku]],
            ["type", "template.components.quantity", "template.components.product.code"],
        )
        if row["type"] != "kit":
            raise TrytonError(f"{sku} is not a kit but of type {row['type']}")
        return {part["product"]["code"]: part["quantity"] for part in row["template"]["components"]}

    def adjustments(self, sku: str) -> list[tuple[str, str, float]]:
        """Inventory documents that touched a SKU: number, state and change of stock, oldest first."""
        rows = self.get(
            "stock.inventory.line",
            [["product", "=", self.product_id(sku)]],
            ["inventory.number", "inventory.state", "expected_quantity", "quantity"],
        )
        rows.sort(key=lambda row: int(row["id"]))
        return [
            (row["inventory"]["number"], row["inventory"]["state"], (row["quantity"] or 0) - row["expected_quantity"])
            for row in rows
        ]

    def count(self, sku: str, location_code: str, quantity: float) -> None:
        """Sets the stock of a SKU at a location, as a person who counted it would in Tryton's own client."""
        [location] = self.get("stock.location", [["code", "=", location_code]], ["type"])
        [user] = self.get("res.user", [["login", "=", "crossdock"]], ["company"])
        context = {"company": user["company"]}
        document = {
            "location": location["id"],
            "company": user["company"],
            "lines": [["create", [{"product": self.product_id(sku), "quantity": quantity}]]],
        }
        inventory = self.request("POST", "/stock.inventory", body=document, context=context)
        self.request("POST", f"/stock.inventory/{inventory['id']}/confirm", body={}, context=context)

    def warehouses(self) -> list[Place]:
        """The warehouses, by code."""
        rows = self.get("stock.location", [["type", "=", "warehouse"]], ["code", "name", "type"])
        return sorted((Place(r["id"], r["code"], r["name"], r["type"]) for r in rows), key=lambda place: place.code)

    def locations(self, warehouse_code: str) -> list[Place]:
        """The locations below a warehouse that can hold stock, by code."""
        [warehouse] = self.get("stock.location", [["code", "=", warehouse_code]], ["type"])
        domain: list[Any] = [["parent", "child_of", [warehouse["id"]]], ["type", "=", "storage"]]
        rows = self.get("stock.location", domain, ["code", "name", "type"])
        return sorted((Place(r["id"], r["code"], r["name"], r["type"]) for r in rows), key=lambda place: place.code)

    def product_id(self, sku: str) -> int:
        """The id of the variant with that SKU."""
        rows = self.get("product.product", [["code", "=", sku]], ["code"])
        if len(rows) != 1:
            raise TrytonError(f"{len(rows)} active products have the SKU {sku}")
        return int(rows[0]["id"])

    def get(
        self, model: str, domain: list[Any], fields: Sequence[str], context: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """The records of a model that match a domain."""
        query = urlencode([("d", _encoded(domain)), *(("f", name) for name in fields)])
        rows = self.request("GET", f"/{model}?{query}", context=context)
        if not isinstance(rows, list):
            raise TrytonError(f"Tryton answered {type(rows).__name__} for the list of {model}")
        return rows

    def request(self, method: str, path: str, *, body: Any = None, context: dict[str, Any] | None = None) -> Any:
        """One call below `/<database>/rest/model`; its decoded answer."""
        headers = {"Authorization": f"Bearer {self.key}"}
        if context is not None:
            headers["X-Tryton-Context"] = _encoded(context)
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_TIMEOUT_SECONDS)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, f"/{self.database}/rest/model{path}", data, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise TrytonError(f"{method} {path} answered {response.status}: {text[:500]}")
        return json.loads(text)


def install() -> None:
    """Brings `.real/tryton/venv` to the pinned packages. A second call does nothing. Needs uv and a package index."""
    requirements = SOURCE / "requirements.txt"
    stamp = HOME / "installed"
    wanted = _digest(requirements)
    if PYTHON.exists() and _read(stamp) == wanted:
        return
    uv = _uv()
    logger.info("Installing Tryton from PyPI into %s", HOME)
    HOME.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    _run([uv, "venv", "--quiet", "--no-project", "--clear", str(HOME / "venv")], INSTALL_TIMEOUT_SECONDS)
    _run([uv, "pip", "install", "--quiet", "--python", str(PYTHON), "-r", str(requirements)], INSTALL_TIMEOUT_SECONDS)
    stamp.write_text(wanted)


def populate() -> None:
    """Makes the stocked SQLite file that each run starts from, and its REST key. A second call does nothing."""
    stamp = HOME / "populated"
    wanted = _digest(SOURCE / "requirements.txt", SOURCE / "seed.py", extra=" ".join(MODULES))
    if PRISTINE.exists() and _read(stamp) == wanted:
        return
    logger.info("Stocking Tryton")
    stamp.unlink(missing_ok=True)
    folder = HOME / "populate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    configuration = _configure(folder, _free_port())
    # trytond takes an SQLite database only when its file is there already, be it empty.
    (folder / f"{DATABASE}.sqlite").touch()
    (folder / "password").write_text("only-for-this-machine\n")
    environment = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
    admin = [str(HOME / "venv" / "bin" / "trytond-admin"), "-c", str(configuration), "-d", DATABASE]
    _run([*admin, "--all", "--email", "admin@example.com"], POPULATE_TIMEOUT_SECONDS, environment)
    _run([*admin, "--activate-dependencies", "-u", *MODULES], POPULATE_TIMEOUT_SECONDS, environment)
    seed = _run([str(PYTHON), str(SOURCE / "seed.py"), str(configuration), DATABASE], POPULATE_TIMEOUT_SECONDS)
    (HOME / "key").write_text(json.loads(seed)["key"])
    (HOME / "key").chmod(0o600)
    (folder / f"{DATABASE}.sqlite").replace(PRISTINE)
    shutil.rmtree(folder)
    stamp.write_text(wanted)


@contextlib.contextmanager
def running(port: int | None = None) -> Iterator[TrytonServer]:
    """A freshly stocked Tryton on 127.0.0.1 that answers; stopped at the end. Installs and populates first if due."""
    install()
    populate()
    port = port or _free_port()
    folder = HOME / f"run-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(PRISTINE, folder / f"{DATABASE}.sqlite")
    log = HOME / "trytond.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the command is constant
            [str(PYTHON), str(SOURCE / "server.py"), "-c", str(_configure(folder, port)), "-d", DATABASE],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = TrytonServer(base_url=f"http://127.0.0.1:{port}", port=port, key=(HOME / "key").read_text())
    try:
        _wait_until_it_answers(process, server, log)
        yield server
    finally:
        _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _uv() -> str:
    """The uv of the machine, or the one that `make` put into the project where the machine has none that works."""
    for path in (shutil.which("uv"), str(ROOT / ".uv" / "bin" / "uv")):
        if path is None or not Path(path).exists():
            continue
        tried = subprocess.run([path, "--version"], capture_output=True, check=False)  # noqa: S603 - one of the two
        if tried.returncode == 0:
            return path
    raise TrytonError("uv is not installed; it makes the Python environment that Tryton runs in")


def _configure(folder: Path, port: int) -> Path:
    path = folder / "trytond.conf"
    path.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n")
    return path


def _wait_until_it_answers(process: subprocess.Popen[bytes], server: TrytonServer, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise TrytonError(f"Tryton ended with status {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            server.warehouses()
        except ConnectionError:
            time.sleep(0.2)
        else:
            return
    raise TrytonError(f"Tryton did not answer within {START_TIMEOUT_SECONDS} seconds:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _run(command: list[str], timeout_seconds: int, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the commands are this module's own
            command, env=environment, capture_output=True, text=True, timeout=timeout_seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TrytonError(f"{' '.join(command)} took more than {timeout_seconds} seconds") from error
    if done.returncode:
        raise TrytonError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def _encoded(value: Any) -> str:
    """A domain or context as Tryton's REST API takes it."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _digest(*files: Path, extra: str = "") -> str:
    digest = hashlib.sha256(extra.encode())
    for file in files:
        digest.update(b"\0" + file.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with running() as server, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"Tryton answers at {server.base_url}, database {server.database}, key {server.key}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
