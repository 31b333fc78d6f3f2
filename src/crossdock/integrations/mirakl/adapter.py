"""The Mirakl adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.mirakl.sales import Sales


class Mirakl(Sales):
    """A shop on a marketplace."""

    slug = "mirakl"
