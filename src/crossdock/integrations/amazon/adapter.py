"""The Amazon adapter. What it can do is in the modules beside, one a topic; refunds are not among it."""

from __future__ import annotations

from crossdock.integrations.amazon.batches import Batches
from crossdock.integrations.amazon.sales import Sales


class Amazon(Sales, Batches):
    """A seller in one of Amazon's stores."""

    slug = "amazon"
