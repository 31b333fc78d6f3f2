"""A small vendor of our own: a warehouse system and a shop with real state, reached over HTTP like any other.

It knows nothing of the unified API: its names, shapes and errors are its own, and what translates them is an ordinary
adapter. Each organization has one account a product (`wms`, `cart`), which `accounts.reset` brings back to the seed.
"""
