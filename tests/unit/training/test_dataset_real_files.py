"""Files as portals, spreadsheets, statistics programs and governments write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.contract import Kind
from tests.unit.training.sales_file import lines, read, with_subtotals
from training.errors import DatasetError

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
