"""Freight forwarders: what an adapter of the `freight` vertical works with. Actions are constants of its modules."""
