"""Crossdock: an open, self-hosted unified API for supply-chain systems."""
