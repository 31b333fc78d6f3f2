"""Write bodies sent as a form: turned into JSON at the door, so that everything after it sees one kind of body."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import inspect

from crossdock.contract.bodies import WriteBody
from crossdock.contract.errors import InvalidBody
from crossdock.platform.http import FormPart

FILE_NAME = "file_name"
"""The field that says what an uploaded file is called; the part's own file name counts where it is not sent."""


def as_json(parts: Sequence[FormPart], body: type[WriteBody]) -> bytes:
    """The form as one JSON object: texts as they are, files in base64. Order and boundary of parts do not matter."""
    files = _file_fields(body)
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    violations: dict[str, list[str]] = {}
    for part in parts:
        if part.name in found:
            violations[part.name] = ["Sent more than once."]
        elif part.name in files:
            content = part.value.encode() if isinstance(part.value, str) else part.value
            found[part.name] = base64.b64encode(content).decode()
            if part.file_name:
                names[FILE_NAME] = part.file_name
        elif isinstance(part.value, bytes):
            violations[part.name] = ["Not a valid string."]
        else:
            found[part.name] = part.value
    if violations:
        raise InvalidBody({"json": violations})
    known = set(body.__struct_fields__)
    return msgspec.json.encode({**{name: value for name, value in names.items() if name in known}, **found})


def _file_fields(body: type[WriteBody]) -> set[str]:
    info = inspect.type_info(body)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{body.__name__} is not a Struct")
    kinds = {item.encode_name: item.type for item in info.fields}
    solid = {name: kind.type if isinstance(kind, inspect.Metadata) else kind for name, kind in kinds.items()}
    return {name for name, kind in solid.items() if isinstance(kind, inspect.BytesType)}
