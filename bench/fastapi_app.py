"""The comparison: the same reads as a FastAPI author writes them, on the same rows of the same database.

Key and token are looked up by their hashes in one query, as the same role; the organization is set for the transaction,
so that row-level security holds; the page is the same keyset query. The pools are psycopg's, of the same size, and rows
come in binary. The database code is what psycopg's documentation shows: a connection from the pool, a transaction, two
statements. `make_shared` is the same application on Crossdock's own database module, which needs one round trip for
these four; it tells how much of the difference is ours to the database and how much to the web.

Otherwise the choices are the ones that make FastAPI fast. Records are parsed by pydantic straight from the stored JSON,
not by way of dicts. There is a response model and no response class, so that FastAPI lets pydantic's Rust serializer
write the answer. Amounts are floats and moments are datetimes, the cheapest types that say the same. There are no
request ids, rate limits or ETags, as Crossdock has. The models are made from our Structs, field by field, so that they
cannot drift from what is stored; pydantic compiles them into the very validators that written-out classes get.
"""

import contextlib
import functools
import operator
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, LiteralString, Protocol
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Query
from msgspec import inspect
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, create_model

from crossdock.accounts.store import find_caller
from crossdock.contract.wms import orders
from crossdock.platform.database import APP_ROLE, SYSTEM_ROLE, Database
from crossdock.platform.sealing import hash_token

_SCALARS: dict[type[inspect.Type], Any] = {
    inspect.StrType: str,
    inspect.BoolType: bool,
    inspect.IntType: int,
    inspect.DecimalType: float,
    inspect.DateTimeType: datetime,
    inspect.AnyType: Any,
    inspect.NoneType: None,
}


def _python_type(kind: inspect.Type, made: dict[type, type[BaseModel]]) -> Any:
    if isinstance(kind, inspect.Metadata):
        return _python_type(kind.type, made)
    if isinstance(kind, inspect.StructType):
        return made.setdefault(kind.cls, _model(kind, made))
    if isinstance(kind, inspect.ListType):
        return list[_python_type(kind.item_type, made)]  # type: ignore[misc]
    if isinstance(kind, inspect.DictType):
        return dict[str, _python_type(kind.value_type, made)]  # type: ignore[misc]
    if isinstance(kind, inspect.LiteralType):
        return Literal[tuple(kind.values)]
    if isinstance(kind, inspect.UnionType):
        return functools.reduce(operator.or_, (_python_type(item, made) for item in kind.types))
    return _SCALARS[type(kind)]


def _model(kind: inspect.StructType, made: dict[type, type[BaseModel]]) -> type[BaseModel]:
    fields: dict[str, Any] = {item.encode_name: (_python_type(item.type, made), ...) for item in kind.fields}
    if kind.cls is orders.Order:
        fields["trackstar_tags"] = (list[str | dict[str, Any]] | None, ...)
        fields["trackstar_created_date"] = (datetime, ...)
        fields["trackstar_updated_date"] = (datetime, ...)
    return create_model(kind.cls.__name__, **fields)


Order = _model(inspect.type_info(orders.Order), {})  # type: ignore[arg-type]
OrderPage = create_model("OrderPage", data=(list[Order], ...), next_token=(str | None, ...), total_count=(int, ...))  # type: ignore[valid-type]
OneOrder = create_model("OneOrder", data=(Order, ...))

_PAGE = (
    "select seq, body from wms_orders where connection_id = %s and deleted_at is null and seq > %s "
    "order by seq limit %s"
)
_ONE = "select body from wms_orders where connection_id = %s and id = %s and deleted_at is null"


_LOOK_UP = """
    select k.organization_id, c.id as connection_id
      from api_keys k
      left join connections c on c.token_hash = %s and c.organization_id = k.organization_id
     where k.key_hash = %s and k.revoked_at is null
"""
POOL_SIZE = 20


@dataclass(frozen=True)
class Access:
    """Who is calling; without a connection when the token is none of the organization."""

    organization_id: UUID
    connection_id: UUID | None


class Reader(Protocol):
    """The database as the application needs it."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def look_up(self, key_hash: bytes, token_hash: bytes) -> Access | None: ...

    async def rows(self, organization_id: UUID, statement: LiteralString, values: tuple[Any, ...]) -> list[Any]: ...


class PlainReader:
    """Pools, a transaction for each request, and SQL."""

    def __init__(self, url: str) -> None:
        self._app = self._pool(url, APP_ROLE, POOL_SIZE)
        self._system = self._pool(url, SYSTEM_ROLE, POOL_SIZE // 2)

    @staticmethod
    def _pool(url: str, role: LiteralString, size: int) -> AsyncConnectionPool[AsyncConnection[Any]]:
        async def configure(connection: AsyncConnection[Any]) -> None:
            await connection.set_autocommit(True)
            await connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))

        return AsyncConnectionPool(url, min_size=1, max_size=size, configure=configure, open=False)

    async def open(self) -> None:
        for pool in (self._app, self._system):
            await pool.open(wait=True)

    async def close(self) -> None:
        for pool in (self._app, self._system):
            await pool.close()

    async def look_up(self, key_hash: bytes, token_hash: bytes) -> Access | None:
        async with self._system.connection() as connection:
            cursor = await connection.execute(_LOOK_UP, (token_hash, key_hash), binary=True)
            row = await cursor.fetchone()
        return Access(*row) if row else None

    async def rows(self, organization_id: UUID, statement: LiteralString, values: tuple[Any, ...]) -> list[Any]:
        async with self._app.connection() as connection, connection.transaction():
            await connection.execute(
                "select set_config('crossdock.organization_id', %s, true)", (str(organization_id),)
            )
            cursor = await connection.execute(statement, values, binary=True)
            return await cursor.fetchall()


class SharedReader(Database):
    """Crossdock's database module."""

    async def look_up(self, key_hash: bytes, token_hash: bytes) -> Access | None:
        caller = await find_caller(self, key_hash, token_hash)
        if caller is None:
            return None
        return Access(caller.organization_id, caller.connection.id if caller.connection else None)


def make(url: str) -> FastAPI:
    """The application."""
    return _application(PlainReader(url))


def make_shared(url: str) -> FastAPI:
    """The application on Crossdock's database module."""
    return _application(SharedReader(url, pool_size=POOL_SIZE))


def _application(database: Reader) -> FastAPI:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        yield
        await database.close()

    async def authorize(
        x_trackstar_api_key: Annotated[str, Header()], x_trackstar_access_token: Annotated[str, Header()]
    ) -> Access:
        access = await database.look_up(hash_token(x_trackstar_api_key), hash_token(x_trackstar_access_token))
        if access is None:
            raise HTTPException(401, "Invalid API key")
        if access.connection_id is None:
            raise HTTPException(401, "Invalid access token")
        return access

    app = FastAPI(lifespan=lifespan)

    @app.get("/wms/orders", response_model=OrderPage)
    async def list_orders(
        access: Annotated[Access, Depends(authorize)],
        limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
        page_token: int = 0,
    ) -> Any:
        rows = await database.rows(access.organization_id, _PAGE, (access.connection_id, page_token, limit + 1))
        more = len(rows) > limit
        data = [Order.model_validate_json(row[1]) for row in rows[:limit]]
        next_token = str(rows[limit - 1][0]) if more else None
        return OrderPage(data=data, next_token=next_token, total_count=len(data))

    @app.get("/wms/orders/{order_id}", response_model=OneOrder)
    async def get_order(access: Annotated[Access, Depends(authorize)], order_id: str) -> Any:
        rows = await database.rows(access.organization_id, _ONE, (access.connection_id, order_id))
        if not rows:
            raise HTTPException(404, "Not found")
        return OneOrder(data=Order.model_validate_json(rows[0][0]))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app
