"""The shapes: each a function that draws a dataset of some hundred sales into a folder."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.datasets.features import SALES, Random, choice, noise, number, together, yes_no
from tests.datasets.writing import Feature, Spelling, write

Shape = Callable[[Path, Random], Path]
SHAPES: dict[str, Shape] = {}

RIGHT_TO_LEFT = "דירה עם מרפסת"
LONG = "A label of two hundred characters, which no screen has in a line: " + "very " * 26 + "long"
AWKWARD = (
    "Price in US$ or A$ per m<sup>2</sup>", "\"Quoted\" & 'single' \\ back", "<b>Bold</b> <script>",
    "House 🏡 with 👩‍👩‍👧", RIGHT_TO_LEFT, LONG, "*star* _under_ `code` [link](x) :red[no] #1",
)  # fmt: skip


def shape(draw: Shape) -> Shape:
    """Lists a function under its name."""
    SHAPES[draw.__name__] = draw
    return draw


def draw(name: str, folder: Path) -> Path:
    """Writes the shape ``name`` into ``folder``, the same files each time; returns the folder."""
    return SHAPES[name](folder, np.random.default_rng(zlib.crc32(name.encode())))


@shape
def only_numbers(folder: Path, random: Random) -> Path:
    """Negative and fractional ranges, prices in hundred thousands; no help, unit or direction."""
    features = {
        "longitude": number(random, -124.35, -114.31, 2, label="Longitude", step=0.01),
        "latitude": number(random, 32.54, 41.95, 2, label="Latitude", step=0.01),
        "below_sea": number(random, -4.5, 0.25, 3, label="Height", effect=0.3),
        "shift": number(random, -30, -3, 0, label="Degrees of frost", effect=0.3),
    }
    return write(folder, features, title="Only numbers", median=2.5, noise=noise(random))


@shape
def only_choices(folder: Path, random: Random) -> Path:
    """Unordered ones, with labels and names that are hard to show."""
    names = [f"{text[:100]} {place}" for place, text in enumerate(AWKWARD)]
    features = {
        f"choice_{place}": choice(random, names[: 2 + place % 6], label=text)
        for place, text in enumerate(AWKWARD)
    }
    features["choice_0"] = together(features["choice_0"], features["choice_1"])
    features["long"] = choice(random, [*AWKWARD, "A", "a", "1", "1.0"], label="Any of these")
    features["long"] = together(features["long"], features["choice_2"])
    return write(folder, features, title="Only choices", median=250_000, noise=noise(random))


@shape
def only_yes_no(folder: Path, random: Random) -> Path:
    features = {
        f"has_{word}": yes_no(random, label=f"Has a {word}")
        for word in ("garden", "lift", "pool", "view", "garage", "cellar")
    }
    features["has_pool"] = together(features["has_pool"], features["has_view"])
    features["has_lift"] = together(features["has_lift"], features["has_garden"])
    return write(folder, features, title="Only yes or no", median=180_000, noise=noise(random))


@shape
def one_number(folder: Path, random: Random) -> Path:
    features = {"area": number(random, 20, 240, 1, label="Area", unit="m²", effect=1.0)}
    return write(folder, features, title="One number", median=300_000, noise=noise(random))


@shape
def one_choice(folder: Path, random: Random) -> Path:
    names = ["Old town", "Harbour", "Hill"]
    features = {"quarter": choice(random, names, effect=1.0, label="Quarter", help="Where it is.")}
    return write(
        folder, features, title="One choice", median=300_000, noise=noise(random),
        top={"segment": "quarter"},
    )  # fmt: skip


@shape
def one_yes_no(folder: Path, random: Random) -> Path:
    features = {"new": yes_no(random, effect=0.8, label="Newly built")}
    return write(folder, features, title="One yes or no", median=300_000, noise=noise(random))


@shape
def many_inputs(folder: Path, random: Random) -> Path:
    """64 of all kinds in eight groups, with a direction, a segment and times of sale."""
    features: dict[str, Feature] = {}
    for place in range(64):
        table: dict[str, Any] = {
            "label": f"Input {place}",
            "group": f"Group {place // 8}",
            "help": f"Help {place}.",
        }
        effect = 0.2 if place < 8 else 0.03
        match place % 4:
            case 0:
                made = number(random, 0, 100 + place, 1, effect=effect, unit="m", **table)
            case 1:
                made = number(random, 1900, 2000 + place, 0, effect=effect, **table)
            case 2:
                names = [f"Choice {at} of {place}" for at in range(2 + place % 7)]
                made = choice(random, names, effect=effect, **table)
            case _:
                made = yes_no(random, effect=effect, **table)
        features[f"input_{place}"] = made
    features["input_0"] = together(features["input_0"], features["input_3"])
    year = Feature(random.integers(2015, 2025, SALES), np.zeros(SALES), {})
    return write(
        folder, features, title="Many inputs", median=250_000, noise=noise(random) / 2,
        top={"segment": "input_2"}, more={"year": year},
        tables={"time": {"column": "year", "test_from": 2023}},
    )  # fmt: skip


@shape
def rare_values(folder: Path, random: Random) -> Path:
    """A choice and a yes/no that are the same in all rows but two."""
    features = {
        "area": number(random, 30, 200, 0, label="Area", unit="m²"),
        "roof": choice(random, ["Tiles", "Thatch"], rare=2, label="Roof"),
        "moat": yes_no(random, rare=2, label="Moat"),
    }
    return write(folder, features, title="Rare values", median=250_000, noise=noise(random))


@shape
def tiny_steps(folder: Path, random: Random) -> Path:
    """Steps of 1e-8 and less, one from a range that is no multiple of it, and one that takes ten
    thousand million clicks from end to end."""
    features = {
        "share": number(random, 0, 1e-4, 8, label="Share of the land", step=1e-8),
        "tilt": number(random, -0.00035, 0.02892562, 8, label="Tilt", step=1e-8, unit="rad"),
        "dust": number(random, 1e-11, 9e-10, 11, label="Dust", unit="kg/m³"),
        "offset": number(random, -2500, 2500, 4, label="Offset", step=5e-7, unit="m", effect=0.3),
        "rooms": number(random, 1, 9, 0, label="Rooms"),
    }
    return write(folder, features, title="Tiny steps", median=250_000, noise=noise(random))


@shape
def huge_numbers(folder: Path, random: Random) -> Path:
    """A step of 1e6, ranges of 4e9 and prices of 4e9, in a currency without small coins."""
    features = {
        "rateable": number(random, 0, 4e9, -6, label="Rateable value", unit="¥", step=1e6),
        "parcel": number(random, 1, 4_000_000_000, 0, label="Parcel", kind="integer", effect=0.3),
        "depth": number(random, -4e9, 4e9, 1, label="Depth", step=0.5, effect=0.3),
        "lift": yes_no(random, label="Lift"),
    }
    return write(
        folder, features, title="Huge numbers", median=4e9, currency="JPY", noise=noise(random)
    )


@shape
def awkward_labels(folder: Path, random: Random) -> Path:
    """Labels, helps, units and groups with every kind of character; units of one sign or none."""
    units = ("%", "°", "$/m²", "<m>", "🏡", "מטר", "")
    features = {
        f"n{place}": number(
            random,
            0,
            50 + place,
            place % 2,
            label=text,
            help=text,
            unit=unit,
            effect=0.3,
            group=f"Group {text[:30]}",
        )
        for place, (text, unit) in enumerate(zip(AWKWARD, units, strict=True))
    }
    features["kind"] = choice(random, list(AWKWARD), label="Kind", help=LONG)
    features["lit"] = yes_no(random, label="Is it <i>lit</i> for $5 or $6?", help="$x$ & <b>")
    return write(
        folder, features, title="Labels <b>$1</b> & \"more\" 🏡", median=250_000,
        noise=noise(random), top={"segment": "kind"},
    )  # fmt: skip


@shape
def only_ordered(folder: Path, random: Random) -> Path:
    """Ordered choices with directions: no choice is unordered, so nothing is a segment."""

    def rank(label: str, direction: str, names: Sequence[str]) -> Feature:
        sign = 1 if direction == "increasing" else -1
        made = choice(
            random, names, effect=sign * 0.8, label=label, ordered=True, monotonic=direction
        )
        return Feature(made.cells, np.round(made.effect, 0) * 0.5 + made.effect, made.table)

    features = {
        "quality": rank(
            "Quality", "increasing", ["Poor", "Fair", "Good", "Very good", "excellent"]
        ),
        "noise": rank("Noise", "decreasing", ["quiet", "Quiet street", "loud", "LOUD"]),
        "floor": rank("Floor", "increasing", ["1", "2", "3.0", "4.00", "-5"]),
    }
    features["quality"] = together(features["quality"], features["floor"])
    return write(folder, features, title="Only ordered", median=9_000, noise=noise(random))


@shape
def written_abroad(folder: Path, random: Random) -> Path:
    """Numbers as in Germany, in thousands; dates, codes with zeros, rare places, unknown cells."""
    places = random.choice([f"Ort {place:03}" for place in range(150)], SALES)
    places[: SALES // 2] = random.choice(["Köln", "München", "Saarbrücken"], SALES // 2)
    codes = [f"0{place}" for place in range(1067, 1079)]
    postcode = random.integers(0, len(codes), SALES)
    area = number(random, 200, 12_500, 1, label="Grundstück", unit="m²")
    area.cells[5::29] = -999
    features = {
        "area": Feature(area.cells, area.effect, {**area.table, "missing_values": [-999]}),
        "distance": number(random, 0, 9, 3, label="Entfernung", unit="km", effect=0.4),
        "place": Feature(places, 0.6 * (places == "Köln"), {"label": "Ort", "other": "Sonst"}),
        "postcode": Feature(np.array(codes)[postcode], 0.3 * (postcode > 6), {"label": "PLZ"}),
        "lift": Feature(np.where(postcode % 2, "t", "f"), np.zeros(SALES), {"label": "Aufzug"}),
    }
    days = (np.datetime64("2019-01-01") + random.integers(0, 2000, SALES)).tolist()
    sold = Feature(np.array([f"{day:%d/%m/%Y}" for day in days]), np.zeros(SALES), {})
    return write(
        folder, features, title="Written abroad", median=380_000, noise=noise(random),
        more={"sold": sold},
        tables={"time": {"column": "sold", "test_from": "2023-06-01", "date": "%d/%m/%Y"}},
        spelling=Spelling(decimal=",", thousands=".", separator=";", encoding="cp1252", unit=1000),
    )  # fmt: skip
