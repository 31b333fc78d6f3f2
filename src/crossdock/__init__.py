"""Crossdock: an open, self-hosted unified API for supply-chain systems."""

__version__ = "0.1.0"
