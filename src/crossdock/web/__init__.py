"""Pages that people see: what customers sign in with."""
