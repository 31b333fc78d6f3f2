"""The comparison: the same reads as a FastAPI author writes them, on the same database.

What is the same, literally by the same code: the pools, the look-up of key and token, the organization of the
transaction with its row-level security, and the keyset query. What differs is what is compared: FastAPI routes and
dependencies instead of ours, and pydantic models that judge and serialize every record instead of stored bytes.

The choices are the ones that make FastAPI fast. Records are parsed by pydantic straight from the stored JSON, not by
way of dicts. The return type is the response model and no response class is set, so that FastAPI lets pydantic's Rust
serializer write the answer. Amounts are floats and moments are datetimes, the cheapest types that say the same. There
are no request ids, no rate limits and no ETag. The models are made from our Structs, field by field, so that they
cannot drift from what is stored; pydantic compiles them into the very validators that written-out classes get.
"""

import contextlib
import functools
import operator
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Query
from msgspec import inspect
from pydantic import BaseModel, create_model

from crossdock.accounts.store import Caller, CallerConnection, find_caller
from crossdock.contract.wms import orders
from crossdock.platform.database import Database
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


@dataclass(frozen=True)
class Access:
    """A caller whose key and token were found."""

    caller: Caller
    connection: CallerConnection


def make(database_url: str) -> FastAPI:
    """The application."""
    database = Database(database_url)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        yield
        await database.close()

    async def authorize(
        x_trackstar_api_key: Annotated[str, Header()], x_trackstar_access_token: Annotated[str, Header()]
    ) -> Access:
        caller = await find_caller(database, hash_token(x_trackstar_api_key), hash_token(x_trackstar_access_token))
        if caller is None:
            raise HTTPException(401, "Invalid API key")
        if caller.connection is None:
            raise HTTPException(401, "Invalid access token")
        return Access(caller, caller.connection)

    app = FastAPI(lifespan=lifespan)

    @app.get("/wms/orders", response_model=OrderPage)
    async def list_orders(
        access: Annotated[Access, Depends(authorize)],
        limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
        page_token: int = 0,
    ) -> Any:
        parameters = (access.connection.id, page_token, limit + 1)
        rows = await database.rows(access.caller.organization_id, _PAGE, parameters)
        more = len(rows) > limit
        data = [Order.model_validate_json(row[1]) for row in rows[:limit]]
        next_token = str(rows[limit - 1][0]) if more else None
        return OrderPage(data=data, next_token=next_token, total_count=len(data))

    @app.get("/wms/orders/{order_id}", response_model=OneOrder)
    async def get_order(access: Annotated[Access, Depends(authorize)], order_id: str) -> Any:
        rows = await database.rows(access.caller.organization_id, _ONE, (access.connection.id, order_id))
        if not rows:
            raise HTTPException(404, "Not found")
        return OneOrder(data=Order.model_validate_json(rows[0][0]))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app
