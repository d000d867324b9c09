"""HTTP: a client with time limits, and requests byte by byte."""

HANG_TIMEOUT_S = 60.0
"""Ends the wait for an answer that never comes. It judges nothing: an honest answer takes
milliseconds, and on a machine that is far too busy a second or two."""
