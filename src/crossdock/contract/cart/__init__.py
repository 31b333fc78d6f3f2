"""Shops: what an adapter of the `cart` vertical works with. The actions are constants of its modules."""
