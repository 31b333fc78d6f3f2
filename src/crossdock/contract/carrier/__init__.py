"""Carriers: what an adapter of the `carrier` vertical works with. The actions are constants of its modules."""
