"""Writes ``flats.csv``: 600 invented flats, so that the stack is tried on data of another shape.

    python datasets/synthetic_flats/generate.py

Nothing here was ever sold. The price is a formula with noise; the same seed gives the same file.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

ROWS = 600
ENERGY = "GFEDCBA"
HEATING = {"gas": 0.0, "district": 0.02, "heat_pump": 0.05, "electric": -0.03}


def flat(number: int, draw: random.Random) -> dict[str, object]:
    surface = round(draw.lognormvariate(4.2, 0.35), 1)
    rooms = max(1, min(7, round(surface / 24 + draw.gauss(0, 0.6))))
    floor = min(12, int(draw.expovariate(0.35)))
    lift = draw.random() < (0.85 if floor > 3 else 0.35)
    energy = draw.choices(ENERGY, weights=[1, 2, 4, 6, 5, 3, 1])[0]
    heating = draw.choices(list(HEATING), weights=[5, 3, 2, 1])[0]
    station = round(draw.expovariate(1.4), 2)
    price = 3900 * surface**0.96
    price *= (
        1 + 0.025 * ENERGY.index(energy) + HEATING[heating] + (0.04 if lift else -0.006 * floor)
    )
    price *= (1 - 0.05 * min(station, 4)) * draw.lognormvariate(0, 0.1)
    return {
        "listing": f"F-{number:04d}",
        "surface_m2": surface,
        "rooms": rooms,
        "floor": floor,
        "lift": "yes" if lift else "no",
        "energy_class": energy,
        "heating": heating if draw.random() > 0.03 else "",
        "station_km": station if draw.random() > 0.06 else "",
        "asking_price_eur": round(price, -2),
    }


def main() -> None:
    draw = random.Random(20260101)  # noqa: S311  # the same file for everyone, no secret
    rows = [flat(number, draw) for number in range(1, ROWS + 1)]
    place = Path(__file__).with_name("flats.csv")
    with place.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
