"""The ShipHero adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.shiphero.messages import Messages
from crossdock.integrations.shiphero.work import Working


class ShipHero(Messages, Working):
    """A ShipHero account."""

    slug = "shiphero"
