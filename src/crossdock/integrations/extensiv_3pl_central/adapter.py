"""The Extensiv adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.extensiv_3pl_central.product_writes import ProductWrites
from crossdock.integrations.extensiv_3pl_central.returning import Returning
from crossdock.integrations.extensiv_3pl_central.stock_writes import StockWrites


class Extensiv(Returning, ProductWrites, StockWrites):
    """An account of 3PL Warehouse Manager."""

    slug = "extensiv-3pl-central"
