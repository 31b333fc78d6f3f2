"""The ERP's adapter, a module a topic."""
