"""Files that a carrier hands out, such as invoices as it wrote them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.filters import OwnParameter
from crossdock.contract.records import Record
from crossdock.contract.resources import Resource
from crossdock.contract.values import Timestamp


class File(Record, kw_only=True):
    """A file of the carrier. It is fetched from the carrier when its address is called, and not kept here."""

    id: Annotated[str, Meta(description="The file's identifier at the carrier.", examples=["file_id"])]
    file_name: Annotated[str, Meta(description="Name of the file.", examples=["invoice.csv"])]
    generated_time: Annotated[
        Timestamp, Meta(description="When the carrier made it.", examples=["2025-01-15T10:30:00Z"])
    ]
    file_type: Annotated[str, Meta(description="Ending of its name, without the dot.", examples=["csv"])]


_GENERATED = filters.time("generated_time")

FILES = Resource(
    vertical="carrier",
    name="files",
    path="/carrier/files",
    id_param="file_id",
    singular="file",
    title="Files",
    event="carrier-file",
    schema_name="CarrierFile",
    record=File,
    sync_seconds=86400,
    changes=("created",),
    dated=False,
    page_size=100,
    own_parameters=(
        OwnParameter(
            "start_time",
            _GENERATED,
            "gte",
            "Only files made at this time or later; left out, 24 hours ago.",
            default_ago=timedelta(hours=24),
        ),
        OwnParameter(
            "end_time",
            _GENERATED,
            "lte",
            "Only files made at this time or earlier; left out, now.",
            default_ago=timedelta(0),
        ),
        OwnParameter("file_type", filters.text("file_type"), "eq", "Only files with this ending, without the dot."),
        OwnParameter("file_name", filters.text("file_name"), "eq", "Only files with exactly this name."),
    ),
    downloadable=True,
)
GET_FILES = read(FILES)
