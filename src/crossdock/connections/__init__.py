"""Connections: one customer's account at one connected system, its credentials and its state."""
