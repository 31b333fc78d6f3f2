"""Integrations: one folder a connected system, the kit they share, and the registry that finds them."""
