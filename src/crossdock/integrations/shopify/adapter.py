"""The Shopify adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.shopify.sales import Sales


class Shopify(Sales):
    """A Shopify shop."""

    slug = "shopify"
