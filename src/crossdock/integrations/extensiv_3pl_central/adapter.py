"""The Extensiv adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.extensiv_3pl_central.receiving import Receiving
from crossdock.integrations.extensiv_3pl_central.sales import Sales


class Extensiv(Sales, Receiving):
    """An account of 3PL Warehouse Manager."""

    slug = "extensiv-3pl-central"
