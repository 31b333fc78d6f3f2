"""Tryton as a warehouse system: products, kits, stock by location and lot, counts, warehouses."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import structlog
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import (
    Adjustment,
    BodyPart,
    MeasurementsBody,
    WriteBody,
    choices,
    vendor_only,
)
from crossdock.contract.errors import AdapterError, InvalidBody, NeedsReconnect, VendorRejected
from crossdock.contract.wms import inventory, products, warehouses
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Runtime,
    Settlement,
    Snapshot,
    Window,
    Written,
    implements,
    settles,
)
from crossdock.integrations.kit.auth import Credentials, bearer, credential
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.tryton import mapping
from crossdock.integrations.tryton.client import PAGE_ROWS, Domain, TrytonAPI, typed
from crossdock.integrations.tryton.models import (
    KIT_MODULE,
    LOT_EXPIRY_MODULE,
    LOT_MODULE,
    MEASUREMENTS_MODULE,
    NewInventory,
    NewTemplate,
    TrytonComponent,
    TrytonInventory,
    TrytonLocation,
    TrytonLot,
    TrytonLotQuantity,
    TrytonMoment,
    TrytonMove,
    TrytonNote,
    TrytonProduct,
    TrytonProductOf,
    TrytonQuantity,
    TrytonRow,
    TrytonUnit,
    TrytonWarehouse,
)
