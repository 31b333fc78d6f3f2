"""The machinery every feature stands on: application, settings, database, processes."""
