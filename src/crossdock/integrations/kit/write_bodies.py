"""What an integration may ask of a write body: fields of the base body, and those it declares as its own."""

from __future__ import annotations

import msgspec
from msgspec import inspect as type_inspect

from crossdock.contract.bodies import TAGS_FIELD, WriteBody


def verify_body(where: str, body: type[WriteBody], base: type[WriteBody]) -> None:
    """Raises TypeError, when a class is made, for a body that is not a part of its action's base body."""
    known = {item.encode_name for item in msgspec.structs.fields(base)}
    try:
        info = type_inspect.type_info(body)
    except TypeError as error:
        hint = "a limit of an optional field stands inside: Annotated[str, Meta(max_length=9)] | UnsetType"
        raise TypeError(f"{where}: {body.__name__} cannot be read: {error} ({hint})") from error
    if not isinstance(info, type_inspect.StructType):
        raise TypeError(f"{where}: the write body is not a Struct")
    for item in info.fields:
        if item.encode_name in known or item.encode_name == TAGS_FIELD:
            continue
        extra = item.type.extra if isinstance(item.type, type_inspect.Metadata) else None
        if not (extra or {}).get("vendor_only"):
            raise TypeError(f"{where}: field {item.encode_name} is not in the base body; mark it with vendor_only(...)")
