"""A real Vendure shop on this machine: installed from npm, stocked, started, and asked for its own view of its stock.

Nothing here uses Crossdock's adapter, so that what the adapter claims can be checked against Vendure itself.
`python -m real.vendure` runs the shop until interrupted.
"""

from __future__ import annotations

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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

SOURCE = Path(__file__).parent / "vendure"
HOME = Path(__file__).parent.parent / ".real" / "vendure"
PACKAGE_FILES = ("package.json", "package-lock.json")
SHOP_FILES = ("config.js", "populate.js", "server.js", "products.csv", "assets/boot.svg", "assets/shirt.svg")
PRISTINE = HOME / "pristine.sqlite"

USERNAME = "superadmin"
PASSWORD = "only-for-this-machine"  # noqa: S105 - the shop listens on this machine only and its data is thrown away

OLDEST_NODE = 20
INSTALL_TIMEOUT_SECONDS = 900
POPULATE_TIMEOUT_SECONDS = 180
START_TIMEOUT_SECONDS = 90
STOP_TIMEOUT_SECONDS = 15
REQUEST_TIMEOUT_SECONDS = 30


class VendureError(RuntimeError):
    """Vendure could not be installed, started or asked."""


@dataclass(frozen=True)
class StockLevel:
    """Stock of one variant at one stock location, as Vendure states it."""

    location_id: str
    location_name: str
    on_hand: int
    allocated: int


@dataclass
class VendureShop:
    """A running shop. `graphql` speaks to its admin API with a login of its own."""

    base_url: str
    port: int
    username: str = USERNAME
    password: str = PASSWORD
    _session_token: str | None = field(default=None, repr=False)

    def graphql(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The `data` of an admin API answer. Raises VendureError when the answer holds errors."""
        if self._session_token is None:
            self._login()
        data, _ = self._post(query, variables or {})
        return data

    def stock(self, sku: str) -> dict[str, StockLevel]:
        """Stock of a SKU by stock location id. Raises VendureError unless exactly one variant has that SKU."""
        answer = self.graphql(
            "query ($sku: String!) { productVariants(options: { filter: { sku: { eq: $sku } } }) { items {"
            " stockLevels { stockLocationId stockOnHand stockAllocated stockLocation { name } } } } }",
            {"sku": sku},
        )
        variants = answer["productVariants"]["items"]
        if len(variants) != 1:
            raise VendureError(f"{len(variants)} variants have the SKU {sku}")
        return {
            level["stockLocationId"]: StockLevel(
                level["stockLocationId"],
                level["stockLocation"]["name"],
                level["stockOnHand"],
                level["stockAllocated"],
            )
            for level in variants[0]["stockLevels"]
        }

    def stock_locations(self) -> dict[str, str]:
        """Names of the stock locations by their ids."""
        answer = self.graphql("{ stockLocations { items { id name } } }")
        return {location["id"]: location["name"] for location in answer["stockLocations"]["items"]}

    def variant_id(self, sku: str) -> str:
        """The id of the variant with that SKU."""
        answer = self.graphql(
            "query ($sku: String!) { productVariants(options: { filter: { sku: { eq: $sku } } }) { items { id } } }",
            {"sku": sku},
        )
        [variant] = answer["productVariants"]["items"]
        return str(variant["id"])

    def set_stock(self, sku: str, location_id: str, on_hand: int) -> None:
        """Changes stock as a person in Vendure's own dashboard would."""
        self.graphql(
            "mutation ($input: UpdateProductVariantInput!) { updateProductVariant(input: $input) { id } }",
            {
                "input": {
                    "id": self.variant_id(sku),
                    "stockLevels": [{"stockLocationId": location_id, "stockOnHand": on_hand}],
                }
            },
        )

    def _login(self) -> None:
        data, headers = self._post(
            "mutation ($username: String!, $password: String!) {"
            " login(username: $username, password: $password) { __typename } }",
            {"username": self.username, "password": self.password},
        )
        if data["login"]["__typename"] != "CurrentUser":
            raise VendureError(f"Vendure refused the login: {data['login']['__typename']}")
        self._session_token = headers["vendure-auth-token"]

    def _post(self, query: str, variables: dict[str, Any]) -> tuple[dict[str, Any], http.client.HTTPMessage]:
        headers = {"content-type": "application/json"}
        if self._session_token:
            headers["authorization"] = f"Bearer {self._session_token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_TIMEOUT_SECONDS)
        try:
            connection.request("POST", "/admin-api", json.dumps({"query": query, "variables": variables}), headers)
            response = connection.getresponse()
            answer = json.load(response)
        finally:
            connection.close()
        if answer.get("errors"):
            raise VendureError("; ".join(error["message"] for error in answer["errors"]))
        return answer["data"], response.headers


def install() -> None:
    """Brings `.real/vendure` to the pinned packages and the files beside this module. A second call does nothing.

    Needs Node 20 or newer with npm, and a package registry. Where prebuilt binaries cannot be fetched, the SQLite
    driver is compiled, which needs a C++ compiler.
    """
    _check_node()
    HOME.mkdir(parents=True, exist_ok=True)
    for name in (*PACKAGE_FILES, *SHOP_FILES):
        (HOME / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(SOURCE / name, HOME / name)
    stamp = HOME / "installed"
    wanted = _digest(PACKAGE_FILES)
    if _read(stamp) == wanted:
        return
    logger.info("Installing Vendure from npm into %s", HOME)
    stamp.unlink(missing_ok=True)
    _run(["npm", "ci", "--no-audit", "--no-fund"], _install_environment(), INSTALL_TIMEOUT_SECONDS)
    stamp.write_text(wanted)


def populate() -> None:
    """Makes the stocked SQLite file that each run starts from. A second call does nothing."""
    stamp = HOME / "populated"
    wanted = _digest((*PACKAGE_FILES, *SHOP_FILES))
    if PRISTINE.exists() and _read(stamp) == wanted:
        return
    logger.info("Stocking the shop")
    stamp.unlink(missing_ok=True)
    unfinished = HOME / "unfinished.sqlite"
    _remove_database(unfinished)
    _run(["node", "populate.js"], _shop_environment(unfinished, _free_port()), POPULATE_TIMEOUT_SECONDS)
    unfinished.replace(PRISTINE)
    stamp.write_text(wanted)


@contextlib.contextmanager
def running(port: int | None = None) -> Iterator[VendureShop]:
    """A freshly stocked shop on 127.0.0.1 that answers; stopped at the end. Installs and populates first if needed."""
    install()
    populate()
    port = port or _free_port()
    database = HOME / f"shop-{port}.sqlite"
    _remove_database(database)
    shutil.copyfile(PRISTINE, database)
    log = HOME / "shop.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the command is constant
            [_executable("node"), "server.js"],
            cwd=HOME,
            env=_shop_environment(database, port),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_answers(process, port, log)
        yield VendureShop(base_url=f"http://127.0.0.1:{port}", port=port)
    finally:
        _stop(process)
        _remove_database(database)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise VendureError(f"Vendure ended with status {process.returncode}:\n{log.read_text()[-2000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except ConnectionError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise VendureError(f"Vendure did not answer within {START_TIMEOUT_SECONDS} seconds:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        # server.js ends when its standard input does, so the shop also stops when this process is killed.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _check_node() -> None:
    version = subprocess.run(  # noqa: S603 - the command is constant
        [_executable("node"), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        raise VendureError(f"Vendure needs Node {OLDEST_NODE} or newer, this is {version}")


def _executable(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise VendureError(f"{name} is not installed; Vendure needs Node {OLDEST_NODE} or newer with npm")
    return path


def _install_environment() -> dict[str, str]:
    """Points the compiler at Node's own headers where they are installed, which saves fetching them from nodejs.org."""
    prefix = Path(_executable("node")).resolve().parent.parent
    if (prefix / "include" / "node" / "node_version.h").exists():
        return {**os.environ, "npm_config_nodedir": str(prefix)}
    return dict(os.environ)


def _shop_environment(database: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "VENDURE_DATABASE": str(database),
        "VENDURE_USERNAME": USERNAME,
        "VENDURE_PASSWORD": PASSWORD,
        "VENDURE_PORT": str(port),
        "VENDURE_DISABLE_TELEMETRY": "true",
    }


def _run(command: list[str], environment: dict[str, str], timeout_seconds: int) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the commands are this module's own
            [_executable(command[0]), *command[1:]],
            cwd=HOME,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise VendureError(f"{' '.join(command)} took more than {timeout_seconds} seconds") from error
    if done.returncode:
        raise VendureError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _digest(names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\0" + (SOURCE / name).read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _remove_database(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with running() as shop, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"Vendure answers at {shop.base_url}, user {shop.username}, password {shop.password}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
