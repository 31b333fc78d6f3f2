"""The warehouse system: bins, items in them, products made of items, orders and returns."""
