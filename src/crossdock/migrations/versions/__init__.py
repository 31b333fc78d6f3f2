"""One module a migration. A migration never changes once it has been released."""
