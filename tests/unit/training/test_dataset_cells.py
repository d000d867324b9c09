"""Cells that can mean several things are asked about; what they certainly mean is read."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from app.contract import Kind
from tests.unit.training.spoiled_flats import Folder
from training.dataset import load
from training.errors import DatasetError

Cells = Callable[[pd.Series], pd.Series]


def dotted(cells: pd.Series) -> pd.Series:
    """Thousands with dots: 45.2 m² as 45.200, in square decimetres or in another country."""
    return cells.map(lambda cell: f"{float(cell) * 100:,.0f}".replace(",", "."))


ASKED: list[tuple[str, str, Cells, str, str]] = [
    # what, column, its new cells, the key in the answer, what stands in the answer
    ("dots before three digits", "surface_m2", dotted, "surface.decimal", 'thousands = "."'),
    (
        "two dots",
        "asking_price_eur",
        lambda cells: cells.map(lambda cell: f"{float(cell) * 10:,.0f}".replace(",", ".")),
        "target.",
        'thousands = "."',
    ),
    (
        "thousands commas",
        "asking_price_eur",
        lambda cells: cells.map(lambda cell: f"{float(cell):,.0f}"),
        "target.column",
        'thousands = ","',
    ),
    (
        "the dearest only",
        "asking_price_eur",
        lambda cells: cells.where(cells.index != 3, "1,295,000"),
        "target.column",
        'thousands = ","',
    ),
    (
        "decimal commas",
        "station_km",
        lambda cells: cells.str.replace(".", ","),
        "station_distance.kind",
        'decimal = ","',
    ),
    (
        "blanks between thousands",
        "surface_m2",
        lambda cells: cells.map(lambda cell: f"{float(cell) * 1000:,.0f}".replace(",", " ")),
        "surface.kind",
        'thousands = " "',
    ),
    ("a unit", "surface_m2", lambda cells: cells + " sqm", "surface.kind", 'unit = "sqm"'),
    ("percent", "station_km", lambda cells: cells + " %", "station_distance.kind", "alone"),
    ("ranges", "surface_m2", lambda cells: cells + " - 250", "surface.kind", "its middle"),
    (
        "dates",
        "floor",
        lambda cells: pd.Series([f"{1 + row % 28}/{1 + row % 12}/2014" for row in cells.index]),
        "floor.kind",
        "a date",
    ),
    (
        "a dash",
        "floor",
        lambda cells: cells.where(cells.index % 20 != 0, "-"),
        "floor.missing_values",
        "missing_values = ['-']",
    ),
    (
        "a question mark among choices",
        "heating",
        lambda cells: cells.where(cells.index % 20 != 0, "?"),
        "heating.missing_values",
        "missing_values = ['?']",
    ),
    (
        "an error of a spreadsheet",
        "floor",
        lambda cells: cells.where(cells.index != 20, "#VALUE!"),
        "floor.missing_values",
        "#VALUE!",
    ),
    (
        "minus one",
        "floor",
        lambda cells: pd.Series([str(row % 15) if row % 20 else "-1" for row in cells.index]),
        "floor.missing_values",
        "missing_values = [-1]",
    ),
    (
        "nines",
        "station_km",
        lambda cells: cells.where(cells.index % 20 != 0, "99.99"),
        "station_distance.range",
        "missing_values = [99.99]",
    ),
    (
        "a year of 0",
        "floor",
        lambda cells: pd.Series([str(1900 + row % 90) if row % 20 else "0" for row in cells.index]),
        "floor.missing_values",
        "missing_values = [0]",
    ),
    (
        "a number too large for a browser",
        "floor",
        lambda cells: cells.where(cells.index != 8, "9007199254740993"),
        "floor.column",
        "too large",
    ),
    (
        "one value",
        "heating",
        lambda cells: cells.where(cells == "", "gas"),
        "heating.choices",
        "no row holds",
    ),
    (
        "prices of 1",
        "asking_price_eur",
        lambda cells: cells.where(cells.index > 1, "1"),
        "target.range",
        'outside = "drop"',
    ),
    (
        "the sum of all",
        "asking_price_eur",
        lambda cells: cells.where(
            cells.index != 7, str(cells.astype(float).sum() - float(cells[7]))
        ),
        "target.column",
        "the sum of all other prices",
    ),
]


@pytest.mark.parametrize(
    ("column", "change", "key", "told"), [case[1:] for case in ASKED], ids=[c[0] for c in ASKED]
)
def test_what_can_mean_several_things_is_asked_by_its_key_and_an_example(
    folder: Folder, column: str, change: Cells, key: str, told: str
) -> None:
    folder.replace("range = [10, 250]\n", "")
    folder.replace('unit = "m²"\n', "")
    rows = folder.rows()
    folder.write(rows.assign(**{column: change(rows[column])}))

    with pytest.raises(DatasetError) as refusal:
        load(folder.path)

    assert key in str(refusal.value)
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("column", "keys", "change", "factor"),
    [
        ("surface_m2", 'thousands = "."', dotted, 100),
        ("surface_m2", 'decimal = "."', dotted, 0.1),
        ("surface_m2", 'decimal = ","', lambda cells: cells.str.replace(".", ","), 1),
        ("surface_m2", 'unit = "sqm"', lambda cells: cells + " sqm", 1),
    ],
)
def test_what_the_description_says_is_how_numbers_are_read(
    folder: Folder, column: str, keys: str, change: Cells, factor: float
) -> None:
    before = load(folder.path).inputs["surface"]
    folder.replace("range = [10, 250]\n", "")
    folder.replace('unit = "m²"\n', f"{keys}\n")
    rows = folder.rows()
    folder.write(rows.assign(**{column: change(rows[column])}))

    surface = load(folder.path).inputs["surface"]

    expected = before * factor if factor != 0.1 else (before * 100).round() / 1000
    pd.testing.assert_series_equal(surface.astype(float), expected.astype(float))


@pytest.mark.parametrize(("yes", "no"), [("t", "f"), ("1.0", "0.0"), ("T", "F"), ("Y", "N")])
def test_yes_and_no_are_known_however_they_are_written(folder: Folder, yes: str, no: str) -> None:
    before = load(folder.path).inputs["lift"]
    rows = folder.rows()
    folder.write(rows.assign(lift=rows["lift"].map({"yes": yes, "no": no, "": ""})))

    dataset = load(folder.path)

    assert dataset.inputs["lift"].tolist() == before.tolist()


def test_a_code_keeps_its_leading_zeros(folder: Folder) -> None:
    rows = folder.rows()
    folder.write(rows.assign(floor=[f"0{2134 + row % 7}" for row in range(len(rows))]))

    zip_code = next(field for field in load(folder.path).contract.inputs if field.name == "floor")

    assert zip_code.kind is Kind.CHOICE
    assert zip_code.choices is not None
    assert zip_code.choices[0] == "02134"


def test_rare_choices_stand_together_under_a_name(folder: Folder) -> None:
    rows = folder.rows()
    places = [f"Place {row % 150}" if row < 150 or row % 3 else "Centre" for row in range(600)]
    folder.write(rows.assign(floor=places))
    with pytest.raises(DatasetError, match=r'floor\.other: .* Fix: set other = "Other"'):
        load(folder.path)
    folder.replace('column = "floor"', 'column = "floor"\nother = "Elsewhere"')

    dataset = load(folder.path)

    assert len(dataset.inputs) == 600
    choices = next(field.choices for field in dataset.contract.inputs if field.name == "floor")
    assert choices is not None
    assert len(choices) <= 100
    assert choices[-1] == "Elsewhere"
    elsewhere = dataset.inputs["floor"] == "Elsewhere"
    assert any(f"with {elsewhere.sum()} sales stand together" in note for note in dataset.notes)
    assert set(dataset.inputs["floor"]) == set(choices)


def test_an_order_that_nobody_gave_is_not_taken_from_the_alphabet(folder: Folder) -> None:
    folder.replace(
        'choices = { G = "G", F = "F", E = "E", D = "D", C = "C", B = "B", A = "A" }\n', ""
    )

    with pytest.raises(
        DatasetError,
        match=r"ordered: .* list them from worst to best as choices, code = name: A, B",
    ):
        load(folder.path)


def test_prices_in_thousands_are_prices(folder: Folder) -> None:
    before = load(folder.path).price
    rows = folder.rows()
    price = rows["asking_price_eur"].astype(float) / 1000
    folder.write(rows.assign(asking_price_eur=price.round(4).astype(str)))
    folder.replace('currency = "EUR"', 'currency = "EUR"\nunit = 1000')

    assert load(folder.path).price == pytest.approx(before)


def test_equal_rows_are_the_same_sale_only_if_an_identifier_says_so(folder: Folder) -> None:
    rows = pd.concat([folder.rows(), folder.rows()[:20]])
    folder.write(rows)
    assert len(load(folder.path).price) == 600
    folder.replace('identifiers = ["listing"]', "")

    dataset = load(folder.path)

    assert len(dataset.price) == 620
    assert any(note.startswith("20 rows repeat another one") for note in dataset.notes)


@pytest.mark.parametrize(
    ("cells", "step"),
    [
        ([f"{1 + row % 9 / 2:g}" for row in range(600)], 0.5),
        ([f"{1 + row % 13 / 4:g}" for row in range(600)], 0.25),
        ([f"{47.1 + (row * 7919 % 60000) / 100000:.5f}" for row in range(600)], 0.0001),
        ([f"{0.05 + (row * 7919 % 2000) / 100:.2f}" for row in range(600)], 0.01),
        ([f"{(row * 7919 % 4001) * 250}.0" for row in range(600)], 1),
        ([f"{row * 7919 % 600 / 7:.12f}" for row in range(600)], 0.01),
        ([f"{row * 7919 % 600 / 7 * 1e-9:.12e}" for row in range(600)], 1e-11),
    ],
    ids=["half baths", "quarters", "latitude", "acres", "whole", "full precision", "tiny"],
)
def test_a_step_is_as_fine_as_the_column_is_written(
    folder: Folder, cells: list[str], step: float
) -> None:
    folder.write(folder.rows().assign(rooms=cells))

    rooms = next(field for field in load(folder.path).contract.inputs if field.name == "rooms")

    assert rooms.step == step
