"""Files as portals, spreadsheets, statistics programs and governments write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.contract import Kind
from training.dataset import Dataset, load
from training.errors import DatasetError

HEADING = "id,price,surface,rooms,heat,x,sold"
HEATS = ("gas", "oil", "heat pump")
TOML = """title = "Sales"
csv = "sales.csv"
identifiers = ["id"]
{top}
[target]
column = "price"
label = "Price"
currency = "EUR"
{target}
{time}
[inputs.surface]
column = "surface"
label = "Surface"
[inputs.heat]
column = "heat"
label = "Heating"
[inputs.x]
column = "x"
label = "X"
{x}
"""


def lines(x: str = "{n}", sold: str = "2016", price: str = "{price}", every: int = 1) -> list[str]:
    """200 sales. ``x`` stands in each row, or in one of ``every`` beside plain numbers."""
    found = [HEADING]
    for row in range(200):
        values: dict[str, Any] = {"n": 20 + row * 7919 % 97, "price": 90_000 + row * 7919 % 500_000}
        values |= {"k": row % 5, "day": 1 + row % 28, "month": 1 + row % 12, "year": 2010 + row % 9}
        values |= {"short": ("98", "05")[row % 2], "mixed": (f'"2,{row % 5}"', "3.5")[row % 2]}
        cell = (x if row % every == 0 else "{n}").format_map(values)
        rest = f"{40 + row * 31 % 121},{1 + row % 6},{HEATS[row % 3]}"
        cost, moment = price.format_map(values), sold.format_map(values)
        found.append(f"a{row},{cost},{rest},{cell},{moment}")
    return found


def with_subtotals(rows: list[str]) -> list[str]:
    """A line that sums up the twenty before it."""
    found = rows[:1]
    for part in range(1, len(rows), 20):
        found += [*rows[part : part + 20], f"Subtotal {part},5000000,1600,70,,900,"]
    return found


def read(folder: Path, rows: list[str], **keys: str) -> Dataset:
    (folder / "sales.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = {"top": "", "target": "", "time": "", "x": ""} | keys
    (folder / "dataset.toml").write_text(TOML.format_map(said), encoding="utf-8")
    return load(folder)


ASKED: dict[str, tuple[list[str], dict[str, str], str]] = {
    "a dot and a unit": (lines("1.{n:03} m²"), {"x": 'unit = "m²"'}, "inputs.x.decimal"),
    "dots beside blanks": (lines("1.{n:03}"), {"x": 'thousands = " "'}, "inputs.x.decimal"),
    "prices with a dot and a currency": (
        lines(price="{n}.000 EUR"),
        {},
        "target.decimal",
    ),
    "one cell in millions": (lines(price="1.2M")[:2] + lines()[2:], {}, '"1.2M" on line 2'),
    "commas in a column of numbers": (
        lines('"1,0{n}"', every=30),
        {"x": 'kind = "number"'},
        'thousands = ","',
    ),
    "decimal dots under decimal commas": (
        lines("1.{k}"),
        {"top": 'decimal = ","'},
        'set decimal = "."',
    ),
    "both marks": (lines("{mixed}"), {"x": 'decimal = ","'}, "write all numbers in one way"),
    "spss": (lines('",{k}5"'), {}, 'set decimal = ","'),
    "rents": (lines("${n}/mo"), {}, "write the numbers alone"),
    "rupiah": (lines("Rp {n}"), {}, "write the numbers alone"),
    "a unit and thousands": (lines('"1,0{n} sqft"'), {}, 'unit = "sqft" and thousands = ","'),
    "unknown among rooms": (lines("unknown", every=10), {}, "missing_values = ['unknown']"),
    "codes of a survey": (
        [*lines("-9")[:20], *lines("-8")[20:40], *lines()[40:]],
        {},
        "missing_values = [-9, -8]",
    ),
    "99 among few": (
        [line.replace(",99,", ",99,") for line in [*lines("99")[:15], *lines("{k}")[15:]]],
        {},
        "missing_values = [99]",
    ),
    "what is declared and what is not": (
        lines("?", every=10),
        {"x": "missing_values = [-999]"},
        "missing_values = [-999, '?']",
    ),
    "an error in German": (lines("#NV", every=10), {}, "missing_values = ['#NV']"),
    "capitals": ([*lines("gas")[:100], *lines("Gas")[100:]], {}, "are two choices"),
    "zeros lost in part": (
        [*lines("0{n}")[:100], *lines("{n}.0")[100:]],
        {},
        "write all as codes",
    ),
    "others in an order": (
        lines("{k}"),
        {"x": 'kind = "choice"\nordered = true\nother = "Other"\nchoices = {"0"="a","1"="b"}'},
        "an order has no place for others",
    ),
    "a few prices of 1": ([*lines(price="1")[:9], *lines()[9:]], {}, "target.range"),
    "prices of nines": (
        [*lines(price="9999999")[:9], *lines()[9:]],
        {},
        "missing_values = [9999999]",
    ),
    "a comma in some rows": (
        [line + "," if row % 10 == 5 else line for row, line in enumerate(lines("1,000"))],
        {},
        "line 2: has 8 cells",
    ),
    "subtotals": (with_subtotals(lines()), {}, "9 others"),
    "an average below": ([*lines(), "Ortalama,300000,80,3,gas,40,2016"], {}, '"Ortalama"'),
    "a source below": ([*lines(), "Source: Land Registry"], {}, "delete that line"),
    "titles above": (["House sales", "", *lines()], {}, "heading_line = 3"),
    "days of the year first": (
        lines(sold="16/{month:02}/{day:02}"),
        {"time": '[time]\ncolumn = "sold"\ntest_from = "2016-06-01"'},
        'date = "%y/%m/%d"',
    ),
    "days in whole numbers": (
        lines(sold="{day:02}{month:02}2016"),
        {"time": '[time]\ncolumn = "sold"\ntest_from = 15062016'},
        "time.date",
    ),
    "years of two digits": (
        lines(sold="{short}"),
        {"time": '[time]\ncolumn = "sold"\ntest_from = 5'},
        "two digits",
    ),
    "no day at all": (
        [*lines(sold="{year}-05-05")[:190], *lines(sold="9999-12-31")[190:]],
        {"time": '[time]\ncolumn = "sold"\ntest_from = "2016-01-01"'},
        "9999-12-31",
    ),
    "another encoding than is said": (
        lines("Köln {k}"),
        {"top": 'encoding = "cp1252"'},
        "leave encoding out",
    ),
    "keys below a table": (lines(), {"target": 'not_features = ["sold"]'}, "move it to the top"),
    "a date at the top": (lines(), {"top": 'date = "%d/%m/%Y"'}, "date: unknown key"),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_not_certain_is_asked(name: str, tmp_path: Path) -> None:
    rows, keys, told = ASKED[name]

    with pytest.raises(DatasetError) as refusal:
        read(tmp_path, rows, **keys)

    assert told in str(refusal.value)


def test_the_month_of_a_year_is_no_fraction(tmp_path: Path) -> None:
    time = '[time]\ncolumn = "sold"\ntest_from = "2016-01-01"'

    dataset = read(tmp_path, lines(sold="{month:02}.{year}"), time=time)

    assert dataset.later is not None
    assert dataset.later.sum() == sum(2010 + row % 9 >= 2016 for row in range(200))


@pytest.mark.parametrize(
    "sold",
    ["{year}-{month:02}-01T00:00:00.000Z", "{year}-{month:02}-01T00:00:00+02:00"],
)
def test_a_day_is_that_of_the_place(tmp_path: Path, sold: str) -> None:
    time = '[time]\ncolumn = "sold"\ntest_from = "2016-01-01"'

    dataset = read(tmp_path, lines(sold=sold), time=time)

    assert dataset.later is not None
    assert dataset.later.sum() == sum(2010 + row % 9 >= 2016 for row in range(200))


def test_times_of_sales_are_those_of_the_rows_that_are_kept(tmp_path: Path) -> None:
    rows = lines(sold="{year}")
    rows[1:1] = [rows[5], rows[7].replace(",2016", ",2010")]

    dataset = read(tmp_path, rows, time='[time]\ncolumn = "sold"\ntest_from = 2016')

    assert dataset.later is not None
    assert len(dataset.later) == len(dataset.price) == 200


def test_moments_can_be_fractions_of_a_year(tmp_path: Path) -> None:
    time = '[time]\ncolumn = "sold"\ntest_from = 2016.25'

    dataset = read(tmp_path, lines(sold="{year}.250"), time=time)

    assert dataset.later is not None
    assert dataset.later.sum() == sum(2010 + row % 9 >= 2016 for row in range(200))


@pytest.mark.parametrize(
    ("x", "means"),
    [
        ('="{n}"', "{n}"),
        (' "{n}"', "{n}"),
        ("\u200b{n}", "{n}"),
        ("{n}.0", "{n}"),
        ("{n} m²", "{n}"),
    ],
)
def test_what_nobody_sees_changes_nothing(tmp_path: Path, x: str, means: str) -> None:
    read_as = read(tmp_path, lines(x), x='unit = "m²"').inputs["x"]

    assert read_as.tolist() == read(tmp_path, lines(means)).inputs["x"].tolist()


def test_cells_may_hold_line_breaks(tmp_path: Path) -> None:
    rows = [line.replace("gas", '"gas\nand more"') for line in lines()]

    dataset = read(tmp_path, rows)

    assert len(dataset.price) == 200
    assert (dataset.inputs["heat"] == "gas\nand more").sum() == 67


def test_a_row_that_is_dropped_leaves_no_choice(tmp_path: Path) -> None:
    rows = lines()
    rows.insert(1, "(no),EUR,(m2),(count),(type),(code),(year)")

    dataset = read(tmp_path, rows)

    choices = next(field.choices for field in dataset.contract.inputs if field.name == "heat")
    assert choices == ("gas", "heat pump", "oil")
    assert (
        next(field.kind for field in dataset.contract.inputs if field.name == "x") is Kind.INTEGER
    )


def test_numbers_of_codes_are_those_that_are_listed(tmp_path: Path) -> None:
    listed = 'choices = { "0" = "A", "1" = "B", "2" = "C", "3" = "D", "4" = "E" }'

    dataset = read(tmp_path, lines("{k}.0"), x=listed)

    assert dataset.inputs["x"].tolist()[:5] == ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(("cell", "kind"), [("Yes", "missing = false"), ("Y", 'missing = "N"')])
def test_what_is_empty_can_be_the_other_of_yes_and_no(tmp_path: Path, cell: str, kind: str) -> None:
    rows = [
        line if row % 2 else line.replace(f",{cell},", ",,") for row, line in enumerate(lines(cell))
    ]

    dataset = read(tmp_path, rows, x=kind)

    assert dataset.inputs["x"].dtype == bool
    assert dataset.inputs["x"].sum() == 100


@pytest.mark.parametrize("pair", [("1", "F"), ("N", "1")])
def test_a_yes_of_one_sort_and_a_no_of_another_are_two_choices(
    tmp_path: Path, pair: tuple[str, str]
) -> None:
    rows = [line.replace(",X,", f",{pair[row % 2]},") for row, line in enumerate(lines("X"))]

    assert set(read(tmp_path, rows).inputs["x"]) == set(pair)


def test_unknown_numbers_of_a_sale_identify_nothing(tmp_path: Path) -> None:
    rows = [
        line if row % 9 or not row else f"-{line[line.index(',') :]}"
        for row, line in enumerate(lines())
    ]

    assert len(read(tmp_path, rows, top='missing_values = ["-"]').price) == 200


def test_euros_may_stand_beside_prices(tmp_path: Path) -> None:
    plain = read(tmp_path, lines()).price.tolist()

    for written in ("{price} €", "€ {price}", "{price} EUR", "EUR{price}"):
        assert read(tmp_path, lines(price=written)).price.tolist() == plain


def test_a_leak_with_empty_cells_is_one(tmp_path: Path) -> None:
    rows = [HEADING]
    for row, line in enumerate(lines()[1:]):
        cells = line.split(",")
        cells[5] = "" if row % 10 == 0 else f"{float(cells[1]) / float(cells[2]):.2f}"
        rows.append(",".join(cells))

    with pytest.raises(DatasetError, match="computed from the price"):
        read(tmp_path, rows)


@pytest.mark.parametrize("formula", ["sum of three", "product of three", "with wrong rows", "rank"])
def test_a_leak_is_found_whatever_the_formula(tmp_path: Path, formula: str) -> None:
    rows = [HEADING]
    prices = sorted(float(line.split(",")[1]) for line in lines()[1:])
    for row, line in enumerate(lines()[1:]):
        cells = line.split(",")
        price, surface, rooms = (float(cell) for cell in cells[1:4])
        leak = {
            "sum of three": price - 500 * surface - 20_000 * rooms,
            "product of three": price / surface / rooms,
            "with wrong rows": 7 if row % 100 == 0 else price / surface,
            "rank": 1.7 * prices.index(price) ** 4,
        }
        rows.append(",".join([*cells[:5], f"{leak[formula]:.4f}", cells[6]]))
    rooms_too = '[inputs.rooms]\ncolumn = "rooms"\nlabel = "Rooms"'

    with pytest.raises(DatasetError, match="computed from the price"):
        read(tmp_path, rows, x=rooms_too)


def test_honest_inputs_are_no_leak(tmp_path: Path) -> None:
    """A price that follows its inputs, with the noise of a market."""
    rows = [HEADING]
    for row, line in enumerate(lines()[1:]):
        cells = line.split(",")
        noise = 1 + (row * 7919 % 31 - 15) / 100
        price = (2000 * float(cells[2]) + 1500 * float(cells[5])) * noise
        rows.append(",".join([cells[0], f"{price:.0f}", *cells[2:]]))

    assert len(read(tmp_path, rows).price) == 200


@pytest.mark.parametrize(("from_", "told"), [(2018.5, "0 of 200"), (2010, "before, at least 50")])
def test_too_few_sales_on_one_side_are_refused_before_training(
    tmp_path: Path, from_: float, told: str
) -> None:
    time = f'[time]\ncolumn = "sold"\ntest_from = {from_}'

    with pytest.raises(DatasetError, match=told):
        read(tmp_path, lines(sold="{year}"), time=time)


def test_one_late_sale_is_too_few_to_test_a_model(tmp_path: Path) -> None:
    rows = [*lines(sold="2016"), "late,250000,80,3,gas,40,2019"]

    with pytest.raises(DatasetError, match=r"1 of 201 sales .* at least 20 must"):
        read(tmp_path, rows, time='[time]\ncolumn = "sold"\ntest_from = 2019')
