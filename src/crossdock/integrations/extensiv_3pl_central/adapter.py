"""The Extensiv adapter. What it can do is in the modules beside, one a topic."""

from __future__ import annotations

from crossdock.integrations.extensiv_3pl_central.catalogue import Catalogue


class Extensiv(Catalogue):
    """An account of 3PL Warehouse Manager."""

    slug = "extensiv-3pl-central"
