"""HTTP: a client with time limits, and requests byte by byte."""
