"""The eBay adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.ebay.sales import Sales


class Ebay(Sales):
    """The account of a seller."""

    slug = "ebay"
