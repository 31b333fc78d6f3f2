"""The event log, and telling its events to the endpoints that asked for them."""
