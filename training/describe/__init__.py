"""Drafts a ``dataset.toml`` for a CSV file that nobody has described yet.

Each guess stands beside a comment that says why. The draft is loaded as training will load it: what
cannot be read is left out with the reason, or named as what a person must decide.
"""
