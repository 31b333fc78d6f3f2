"""The BigCommerce adapter. What it can do is in the modules beside, one a topic; BigCommerce has no kits."""

from __future__ import annotations

from crossdock.integrations.bigcommerce.sales import Sales


class BigCommerce(Sales):
    """A BigCommerce store."""

    slug = "bigcommerce"
