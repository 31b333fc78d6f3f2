"""Warehouse systems: what an adapter of the `wms` vertical works with. The actions are constants of its modules."""
