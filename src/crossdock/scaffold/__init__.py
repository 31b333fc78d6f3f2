"""Writes the folder of a new integration."""
