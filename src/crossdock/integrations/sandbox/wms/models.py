"""What the warehouse system answers with; only fields that are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.integrations.sandbox.models import SandboxAddress, SandboxPart, SandboxSize


class SandboxWarehouse(SandboxPart, kw_only=True, frozen=True):
    """A building."""

    id: str
    created_at: datetime
    updated_at: datetime
    code: str
    name: str
    address: SandboxAddress


class SandboxBin(SandboxPart, kw_only=True, frozen=True):
    """A place inside a warehouse; its size is the room in it and the weight it may carry."""

    id: str
    created_at: datetime
    updated_at: datetime
    warehouse_id: str
    name: str
    use: str
    size: SandboxSize | None = None


class SandboxLevel(SandboxPart, kw_only=True, frozen=True):
    """Units of an item in one warehouse: on hand = allocated + quarantined + available."""

    warehouse_id: str
    on_hand: int
    allocated: int
    quarantined: int
    available: int
    expected: int


class SandboxBinUnits(SandboxPart, kw_only=True, frozen=True):
    """Units of an item in one bin."""

    bin_id: str
    warehouse_id: str
    units: int


class SandboxLot(SandboxPart, kw_only=True, frozen=True):
    """Units of one lot in one warehouse. A lot that lies in two warehouses comes twice."""

    lot_id: str
    warehouse_id: str
    expires_at: datetime
    units: int


class SandboxItem(SandboxPart, kw_only=True, frozen=True):
    """One physical good and where it lies."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    sku: str
    name: str
    active: bool
    unit_cost: Decimal | None = None
    size: SandboxSize | None = None
    substitute_skus: list[str]
    levels: list[SandboxLevel]
    bins: list[SandboxBinUnits]
    lots: list[SandboxLot]


class SandboxComponent(SandboxPart, kw_only=True, frozen=True):
    """An item inside a product."""

    item_id: str
    sku: str
    units: int


class SandboxSupplier(SandboxPart, kw_only=True, frozen=True):
    """Who delivers a product."""

    id: str
    name: str


class SandboxProduct(SandboxPart, kw_only=True, frozen=True):
    """Something that can be ordered: one item, or a kit of several."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    type: Literal["single", "kit"]
    sku: str
    name: str
    active: bool
    barcode: str | None = None
    price: Decimal | None = None
    components: list[SandboxComponent]
    size: SandboxSize | None = None
    supplier: SandboxSupplier | None = None
    origin_country: str | None = None
    tariff_code: str | None = None


class SandboxAdjustment(SandboxPart, kw_only=True, frozen=True):
    """A correction of stock; its id is the reference we gave."""

    id: str
    item_id: str
