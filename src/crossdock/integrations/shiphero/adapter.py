"""The ShipHero adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.shiphero.catalogue import Catalogue
from crossdock.integrations.shiphero.sales import Sales
from crossdock.integrations.shiphero.stock import StockKeeping


class ShipHero(Sales, StockKeeping, Catalogue):
    """A ShipHero account."""

    slug = "shiphero"
