"""Stall: a vendor of the fault rounds, announced by an entry point as any integration from elsewhere. Its server is
`faults/vendor.py`."""

from faults.stall.adapter import MeteredStall, Stall

__all__ = ["MeteredStall", "Stall"]
