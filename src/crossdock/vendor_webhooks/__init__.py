"""Webhooks of connected systems: asking for them, taking them in, and storing what they say has changed."""
