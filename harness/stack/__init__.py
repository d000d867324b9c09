"""Boots a compose project of its own, breaks it, watches and measures it, and removes it."""
