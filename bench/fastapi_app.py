"""The comparison: the same reads as a FastAPI author writes them, on the same database.

What is the same, literally by the same code: the pools, the look-up of key and token, the organization of the
transaction with its row-level security, and the keyset query. What differs is what is compared: FastAPI routes and
dependencies instead of ours, and pydantic models that judge and serialize every record instead of stored bytes.

The choices are the ones that make FastAPI fast. Records are parsed by pydantic straight from the stored JSON, not by way
of dicts. The return type is the response model and no response class is set, so that FastAPI lets pydantic's Rust
serializer write the answer. Amounts are floats and moments are datetimes, the cheapest types that say the same. There
are no request ids, no rate limits and no ETag. The models are made from our Structs, field by field, so that they
cannot drift from what is stored; pydantic compiles them into the very validators that written-out classes get.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
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
        from typing import Literal

        return Literal[tuple(kind.values)]
    if isinstance(kind, inspect.UnionType):
        from typing import Union

        return Union[tuple(_python_type(item, made) for item in kind.types)]
    return _SCALARS[type(kind)]


def _model(kind: inspect.StructType, made: dict[type, type[BaseModel]]) -> type[BaseModel]:
    fields: dict[str, Any] = {item.encode_name: (_python_type(item.type, made), ...) for item in kind.fields}
    if kind.cls is orders.Order:
        fields["trackstar_tags"] = (list[str | dict[str, Any]] | None, ...)
        fields["trackstar_created_date"] = (datetime, ...)
        fields["trackstar_updated_date"] = (datetime, ...)
    return create_model(kind.cls.__name__, **fields)
