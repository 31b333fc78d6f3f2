"""Request bodies of operations that are not about records: judged by their published schema, given as a Struct."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar

import msgspec

from crossdock.contract.errors import InvalidBody
from crossdock.contract.judge import WHOLE, Judge, decode
from crossdock.contract.schemas import NO_NUL, JSONSchema, struct_schema

S = TypeVar("S", bound=msgspec.Struct)
_PLACE = re.compile(r"^(?P<message>.*?)(?: - at `\$\.?(?P<place>.*)`)?$", re.DOTALL)


def _refuse_nul(schema: Any) -> Any:
    """The schema with a pattern for every free text: the database cannot hold a NUL."""
    if isinstance(schema, list):
        return [_refuse_nul(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: value if key in ("enum", "examples") else _refuse_nul(value) for key, value in schema.items()}
    kinds = found.get("type")
    if "string" in (kinds if isinstance(kinds, list) else [kinds]) and not {"enum", "format"} & set(found):
        found.setdefault("pattern", NO_NUL)
    return found


class Form(Generic[S]):
    """A request body; `schema` is what callers read and what judges."""

    def __init__(self, struct: type[S], title: str, **properties: JSONSchema) -> None:
        self._struct = struct
        schema: JSONSchema = _refuse_nul({**struct_schema(struct, title), "additionalProperties": False})
        for name, facts in properties.items():
            schema["properties"][name] = {**schema["properties"][name], **facts}
        self.schema = schema
        self._judge = Judge(schema)

    def read(self, raw: bytes, *, optional: bool = False) -> S:
        """The body; `InvalidBody` lists every violation. An optional one may be left out altogether."""
        given = {} if optional and not raw else decode(raw)
        self._judge.check(given)
        try:
            return msgspec.convert(given, self._struct)
        except msgspec.ValidationError as error:
            # What a schema cannot say: a date that no calendar has.
            said = _PLACE.match(str(error))
            place = (said["place"] if said else None) or WHOLE
            raise InvalidBody.field(place, f"{said['message'] if said else error}.") from None
