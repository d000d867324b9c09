"""SYNTHETIC datasets of awkward shapes: what a pipeline that takes any data has to take.

Invented by a seeded generator, never to judge a price by. ``make soak`` takes each through
training, API, form and the whole non-destructive gate.
"""
