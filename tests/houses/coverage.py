"""Whether prices lie inside their intervals as often as promised, in each part of the market."""

from __future__ import annotations

import numpy as np

from tests.houses.predictions import Prediction, Predictions

RISK = 1e-4  # chance with which a right training is called wrong, by one check
SLACK = 0.12  # how much less than promised intervals may hold in one part of the market


def bands(lines: Predictions) -> dict[str, list[Prediction]]:
    """Fifths by the price that was predicted: by what was paid, the ends are always misjudged."""
    ranked = sorted(lines, key=lambda line: line.price)
    return {
        f"price band {band}": [ranked[at] for at in part]
        for band, part in enumerate(np.array_split(np.arange(len(ranked)), 5), start=1)
    }


def check_parts(split: str, parts: dict[str, list[Prediction]], coverage: float) -> None:
    """Each part on its own, by the exact binomial bound for so many looks."""
    from scipy.stats import binom

    for name, lines in parts.items():
        least = int(binom.ppf(RISK / len(parts), len(lines), coverage - SLACK))
        inside = sum(line.inside for line in lines)
        assert inside >= least, f"{split}, {name}: {inside} of {len(lines)}, at least {least} would"
