"""Syncs: keeping the stored copy of every connection up to date."""
