"""SYNTHETIC datasets of awkward shapes: what a pipeline that takes any data has to take.

Invented by a seeded generator, never to judge a price by. Their files are written anew for
each use.
"""
