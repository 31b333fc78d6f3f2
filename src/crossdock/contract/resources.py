"""Resources: the kinds of records a vertical serves, declared once for routes, tables and documents."""

from __future__ import annotations

from dataclasses import dataclass

from crossdock.contract.filters import SOURCE_DATES, STORE_DATES, TAGS, Filter, OwnParameter, text
from crossdock.contract.records import Record
from crossdock.contract.values import Vertical


@dataclass(frozen=True)
class Parent:
    """The record a list lies under in its path: `param` in the path, `column` holding its id in the child."""

    param: str
    column: str


@dataclass(frozen=True)
class Resource:
    """One kind of record.

    `record` is None while its schema is not part of this version: nothing is routed, stored or published for it then.
    `event` is the prefix of its event names; `schema_name` names its published schema.
    """

    vertical: Vertical
    name: str
    path: str
    id_param: str
    singular: str
    title: str
    event: str
    schema_name: str = ""
    record: type[Record] | None = None
    filters: tuple[Filter, ...] = ()
    taggable: bool = False
    single: bool = True
    stored: bool = True
    """False where nothing is kept: every read asks the connected system."""
    parent: Parent | None = None
    sync_seconds: int = 3600
    changes: tuple[str, ...] = ("created", "updated")
    """Which of its changes subscribers are told; none where the contract has no event for it."""
    more_events: tuple[str, ...] = ()
    """Events beside `changes`, such as `shipment.created`."""
    full_first_sync: bool = False
    """Read in full at the first sync, however old the records are: what stands, rather than what happens."""
    on_demand: bool = False
    """Whether a span of its past can be read again on demand."""
    needs: tuple[str, ...] = ()
    """Names of the resources that its records refer to; they cannot be switched off while it is on."""
    dated: bool = True
    """False where neither the record nor the store shows the four dates of the other resources."""
    page_size: int | None = None
    """Records a page when the caller does not say; None: the most."""
    own_parameters: tuple[OwnParameter, ...] = ()
    """Parameters of a list that takes these instead of the common filters."""
    downloadable: bool = False
    """Whether each record stands for a file, and is served with an address that gives it."""

    @property
    def table(self) -> str:
        """The table its records lie in."""
        return f"{self.vertical}_{self.name}"

    @property
    def key(self) -> str:
        """Unique among all verticals."""
        return f"{self.vertical}/{self.name}"

    @property
    def all_filters(self) -> tuple[Filter, ...]:
        """Every filter of its list: the four dates, tags where it has them, and its own."""
        if self.own_parameters:
            return ()
        tags = (TAGS,) if self.taggable else ()
        return (*SOURCE_DATES, *STORE_DATES, *tags, *self.filters)

    @property
    def columns(self) -> tuple[Filter, ...]:
        """The fields with a column of their own, beyond the dates and tags every record table has."""
        parent = (text(self.parent.column),) if self.parent else ()
        listed = dict.fromkeys(item.filter for item in self.own_parameters)
        return (*parent, *self.filters, *listed)

    def event_name(self, change: str) -> str:
        """The name of the event for `created` or `updated`."""
        return f"{self.event}.{change}"
