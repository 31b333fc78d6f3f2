"""The shop: products with variants, and the stock it offers."""
