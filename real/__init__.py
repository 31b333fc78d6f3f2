"""Real third-party systems, installed and driven to prove what the adapters claim."""
