"""Integrations of the tests: this folder stands beside the real ones where a process is told to look here too."""
