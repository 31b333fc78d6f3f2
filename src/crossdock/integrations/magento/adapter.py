"""The Magento adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.magento.sales import Sales


class Magento(Sales):
    """A Magento shop."""

    slug = "magento"
