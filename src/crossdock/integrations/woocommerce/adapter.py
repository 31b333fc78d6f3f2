"""The WooCommerce adapter. What it can do is in the modules beside, one a topic; it has no warehouses and no kits."""

from __future__ import annotations

from crossdock.integrations.woocommerce.sales import Sales


class WooCommerce(Sales):
    """A WooCommerce shop."""

    slug = "woocommerce"
