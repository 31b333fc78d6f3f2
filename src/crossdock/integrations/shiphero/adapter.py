"""The ShipHero adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.shiphero.messages import Messages


class ShipHero(Messages):
    """A ShipHero account."""

    slug = "shiphero"
