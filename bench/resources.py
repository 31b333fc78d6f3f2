"""The list of every resource against that of orders, with the very same bytes in both tables.

The rest of a list call is the same code for all, so a resource that is slower has a table or an address that costs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import psycopg

from bench.client import Client
from bench.database import Account, Place, accounts, insert_account
from bench.reads import ROUNDS, Contender, server
from bench.report import Report
from crossdock.contract.catalogue import STORED
from crossdock.contract.filters import FilterKind
from crossdock.contract.resources import Resource
from crossdock.contract.values import VERTICALS
from crossdock.contract.wms.orders import ORDERS

RECORDS = 1000
LIMIT = 100
PARENT = "parent"
"""The record that lists under another one lie under."""

_FILE_NAME = '\',"file_name":"invoice.csv"}\''

_SHARED = (
    "id, body, content_length, fingerprint, created_date, updated_date, trackstar_created_date, trackstar_updated_date"
)


def _accounts() -> dict[str, Account]:
    """A connection of each vertical, of an organization that is there already."""
    some = accounts()[0]
    return {
        vertical: Account(some.organization_id, str(UUID(int=3 << 64 | number)), some.api_key, f"cdt_bench_{vertical}")
        for number, vertical in enumerate(VERTICALS)
    }


def _fill(url: str, owners: Mapping[str, Account]) -> None:
    source = accounts()[0]
    with psycopg.connect(url, autocommit=True) as database:
        for vertical, account in owners.items():
            insert_account(database, account, vertical)
        for resource in STORED:
            own = {item.name: "now()" for item in resource.columns if item.kind is FilterKind.TIME}
            if resource.parent is not None:
                own[resource.parent.column] = f"'{PARENT}'"
            column, value = ("".join(f", {part}" for part in parts) for parts in (own.keys(), own.values()))
            shared = _SHARED
            if resource.downloadable:
                # Its address is made from a field that orders do not have; as long as the one it takes the place of.
                shared = shared.replace("body,", f"substring(body for length(body) - 1) || {_FILE_NAME}::bytea,", 1)
            database.execute(
                f"insert into {resource.table} (organization_id, connection_id, {_SHARED}{column}) "
                f"select organization_id, %s, {shared}{value} "
                f"from {ORDERS.table} where connection_id = %s and deleted_at is null order by seq limit %s",
                [owners[resource.vertical].connection_id, source.connection_id, RECORDS],
            )
            database.execute(f"vacuum (analyze) {resource.table}")


def _path(resource: Resource) -> str:
    path = resource.path
    if resource.parent is not None:
        path = path.replace(f"{{{resource.parent.param}}}", PARENT)
    return f"{path}?limit={LIMIT}"


def measure(report: Report, url: str, environment: Mapping[str, str], folder: Path) -> None:
    """Prints for each resource how many times the time of a page of orders its page takes."""
    owners = _accounts()
    _fill(url, owners)
    report.section(f"Lists of every resource, {LIMIT} records of the same bytes a page; time / time of orders")
    with Client() as client, server("ours", environment, folder / "resources.log") as ours:
        found = {
            resource.key: Contender(ours, [(Place(owners[resource.vertical], 0, ""), _path(resource))])
            for resource in STORED
        }
        orders = found[ORDERS.key]
        orders.calibrate(client)
        for key, contender in found.items():
            if contender is orders:
                continue
            place, path = contender.paths[0]
            served = len(json.loads(ours.get(place, path))["data"])
            if served != LIMIT:
                raise AssertionError(f"{key}: a page holds {served} records")
            contender.calibrate(client)
            rounds = []
            for turn in range(ROUNDS):
                pair = (contender, orders) if turn % 2 else (orders, contender)
                seconds = {id(item): item.run(client, orders.count // 4).seconds for item in pair}
                rounds.append(seconds[id(contender)] / seconds[id(orders)])
            report.ratio(f"{key}", rounds, at_most=1.5)
