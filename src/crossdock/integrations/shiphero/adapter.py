"""The ShipHero adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.shiphero.catalogue import Catalogue
from crossdock.integrations.shiphero.receiving import Receiving
from crossdock.integrations.shiphero.sales import Sales


class ShipHero(Sales, Receiving, Catalogue):
    """A ShipHero account."""

    slug = "shiphero"
