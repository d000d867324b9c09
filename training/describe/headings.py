"""What the heading of a column says: a name for the API, a label for people, a unit."""

from __future__ import annotations

import re

UNITS = {
    "m2": "m²", "sqm": "m²", "sqft": "sq ft", "sq_ft": "sq ft", "sf": "sq ft", "km": "km", "m": "m",
    "ha": "ha", "acres": "acres", "miles": "miles", "ft": "ft",
}  # fmt: skip


def slug_of(heading: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", heading)
    plain = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"n_{plain}".rstrip("_")


def words_of(heading: str) -> str:
    """A heading as a person reads it, without its unit."""
    slug = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", heading)
    words = re.sub(r"[\W_]+", " ", slug).strip()
    for end in UNITS:
        if slug_of(heading).endswith(f"_{end}"):
            words = words[: -len(end.replace("_", " "))].strip()
            break
    return (words[:1].upper() + words[1:]) or heading


def unit_of(heading: str) -> str | None:
    """The unit at its end, if there is one."""
    slug = slug_of(heading)
    return next((unit for end, unit in UNITS.items() if slug.endswith(f"_{end}")), None)
