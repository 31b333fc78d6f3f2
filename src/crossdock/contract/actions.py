"""Actions: what an integration can do. An action exists for an integration because a decorated method exists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from crossdock.contract.bodies import WriteBody
from crossdock.contract.resources import Resource
from crossdock.contract.values import Vertical

Method = Literal["GET", "POST", "PUT"]


class Answer(Enum):
    """What an action answers with."""

    LIST = "list"
    """A page of records; the same action serves the single record."""
    RECORD = "record"
    """One changed record in the write envelope."""
    RECORDS = "records"
    """Several changed records; the envelope has no id."""
    LIVE = "live"
    """One object, asked of the connected system with every call and not stored."""
    WORD = "word"
    """The word `success` in the write envelope, instead of the record."""
    OTHER = "other"
    """A shape of its own."""


SUCCESS = "success"
"""What a write of `Answer.WORD` says."""
JSON_TYPE = "application/json"
FORM_TYPE = "multipart/form-data"


@dataclass(frozen=True)
class Action:
    """One capability: its name in lists and errors, where it is called, and what goes in and out.

    `body` is the base body of a write. An action is published when its resource has a record schema, and a write also
    needs its base body.
    """

    name: str
    vertical: Vertical
    method: Method
    path: str
    resource: Resource
    answer: Answer
    summary: str
    description: str = ""
    body: type[WriteBody] | None = None
    id_param: str | None = None
    custom_operation_id: str | None = None
    varies: bool = True
    """Whether integrations publish variants of the body; false where one schema serves all."""
    takes_body: bool = True
    """False for a write that says everything with its address, such as a cancel."""
    form: bool = False
    """Whether the body is sent as a form instead of JSON."""
    parent: Resource | None = None
    """Of a live read: the resource whose record its address names."""

    @property
    def is_read(self) -> bool:
        """Whether it reads records to store them, page by page."""
        return self.answer is Answer.LIST

    @property
    def is_live(self) -> bool:
        """Whether it asks the connected system while the caller waits, and stores nothing."""
        return self.answer is Answer.LIVE

    @property
    def is_write(self) -> bool:
        return not self.is_read and not self.is_live

    @property
    def media_type(self) -> str:
        """How the body of a write is sent."""
        return FORM_TYPE if self.form else JSON_TYPE

    @property
    def published(self) -> bool:
        if self.resource.record is None:
            return False
        if not self.is_write:
            return True
        return self.body is not None or not self.takes_body

    @property
    def key(self) -> str:
        """Unique among all verticals; `name` repeats, as in `get_orders` of wms and cart."""
        return f"{self.vertical}/{self.name}"

    @property
    def operation_id(self) -> str:
        return self.custom_operation_id or f"{self.method.lower()}_{self.vertical}_{self.name}"

    @property
    def url(self) -> str:
        """Method and path, as lists of operations show it."""
        return f"{self.method} {self.path}"

    @property
    def camel(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("_"))


def read(resource: Resource, *, name: str | None = None, summary: str | None = None, description: str = "") -> Action:
    """The read action of a resource: its list, and its single record where it has one."""
    return Action(
        name=name or f"get_{resource.name}",
        vertical=resource.vertical,
        method="GET",
        path=resource.path,
        resource=resource,
        answer=Answer.LIST,
        summary=summary or f"List {resource.title}",
        description=description,
    )


def read_live(resource: Resource, parent: Resource, *, summary: str, description: str) -> Action:
    """A read that asks the connected system each time, about one record of `parent`."""
    return Action(
        name=f"get_{resource.name}",
        vertical=resource.vertical,
        method="GET",
        path=resource.path,
        resource=resource,
        answer=Answer.LIVE,
        summary=summary,
        description=description,
        parent=parent,
    )


def write(
    name: str,
    method: Method,
    path: str,
    resource: Resource,
    summary: str,
    *,
    body: type[WriteBody] | None = None,
    answer: Answer = Answer.RECORD,
    description: str = "",
    operation_id: str | None = None,
    varies: bool = True,
    takes_body: bool = True,
    form: bool = False,
) -> Action:
    """A write action; the id it addresses is the last parameter of its path."""
    params = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return Action(
        name=name,
        vertical=resource.vertical,
        method=method,
        path=path,
        resource=resource,
        answer=answer,
        summary=summary,
        description=description,
        body=body,
        id_param=params[-1] if params else None,
        custom_operation_id=operation_id,
        varies=varies,
        takes_body=takes_body,
        form=form,
    )
