"""A dataset's rows and cells: what is read as it was meant, repaired, dropped, or refused."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.unit.training.spoiled_flats import Folder
from training.dataset import load
from training.errors import DatasetError


def test_another_separator_is_named(folder: Folder) -> None:
    file = folder.path / "flats.csv"
    file.write_text(file.read_text().replace(",", ";"))

    with pytest.raises(DatasetError, match=r'separator: .* semicolons\. Fix: set separator = ";"'):
        load(folder.path)


def test_a_few_words_in_a_column_of_numbers_are_mistakes_and_make_no_choices(
    folder: Folder,
) -> None:
    folder.set(3, "rooms", "rooms")

    with pytest.raises(DatasetError, match=r'rooms\.kind: 1 cells of "rooms" are no numbers'):
        load(folder.path)
    folder.replace('column = "rooms"', 'column = "rooms"\nkind = "integer"')
    assert 'rooms: 1 row dropped, no integer (such as "rooms" on line 5)' in load(folder.path).notes


def test_a_comma_at_the_end_of_each_row_shifts_nothing(folder: Folder) -> None:
    before = load(folder.path).inputs
    file = folder.path / "flats.csv"
    heading, *rows = file.read_text().splitlines()
    file.write_text("\n".join([heading, *(f"{row}," for row in rows)]))

    pd.testing.assert_frame_equal(load(folder.path).inputs, before)


@pytest.mark.parametrize("row", [2, 300, 600])
def test_a_row_with_more_cells_than_the_heading_is_refused_by_its_line(
    folder: Folder, row: int
) -> None:
    file = folder.path / "flats.csv"
    lines = file.read_text().splitlines()
    lines[row] += ",153,900"
    file.write_text("\n".join(lines))

    with pytest.raises(DatasetError, match=rf"flats\.csv: line {row + 1}: has \d+ cells"):
        load(folder.path)


def test_a_sale_is_repeated_when_any_of_its_identifiers_is(folder: Folder) -> None:
    """One that was listed again has a new number, and an old one."""
    rows = folder.rows()
    rows["deed"] = [f"deed {number}" for number in range(len(rows))]
    rows.loc[7, "deed"] = "deed 3"
    rows.loc[9, "listing"] = str(rows["listing"].iloc[3])
    rows.loc[20:22, "deed"] = ""  # three without a deed are three sales
    folder.write(rows)
    folder.replace('identifiers = ["listing"]', 'identifiers = ["listing", "deed"]')

    dataset = load(folder.path)

    assert set(range(1, 601)) - set(dataset.rows) == {8, 10}
    assert "2 rows dropped, the same sale was listed before" in dataset.notes


def test_a_repeated_column_is_refused(folder: Folder) -> None:
    file = folder.path / "flats.csv"
    file.write_text(file.read_text().replace("floor", "rooms", 1))

    with pytest.raises(DatasetError, match=r'flats\.csv: heading: two columns "rooms"'):
        load(folder.path)


def test_empty_cells_are_repaired_and_counted(folder: Folder) -> None:
    dataset = load(folder.path)

    assert not dataset.inputs.isna().any().any()
    assert "station_distance: 31 empty cells repaired with 0.47" in dataset.notes
    assert "heating: 18 empty cells repaired with 'Gas'" in dataset.notes


@pytest.mark.parametrize(
    ("name", "column", "most", "written", "means"),
    [
        ("station_distance", "station_km", "0.47", "8", 8.0),
        ("station_distance", "station_km", "0.47", "0", 0.0),
        ("floor", "floor", "2", "0", 0),
        ("lift", "lift", "yes", "false", False),
        ("lift", "lift", "yes", '"N"', False),
        ("heating", "heating", "gas", '"electric"', "Electric"),
    ],
)
def test_an_empty_cell_can_have_a_meaning(
    folder: Folder, name: str, column: str, most: str, written: str, means: object
) -> None:
    """Also one that a program may take for none, and that most cells do not have."""
    rows = folder.rows()
    rows.loc[::2, column] = most
    rows.loc[:30, column] = ""
    folder.write(rows)
    folder.replace(f'column = "{column}"', f'column = "{column}"\nmissing = {written}')

    dataset = load(folder.path)

    assert set(dataset.inputs[name][:31]) == {means}
    empty = (rows[column] == "").sum()
    assert any(note.startswith(f"{name}: {empty} empty cells read as") for note in dataset.notes)


def test_mostly_empty_columns_are_refused(folder: Folder) -> None:
    rows = folder.rows()
    rows.loc[: len(rows) // 2, "heating"] = ""
    folder.write(rows)

    with pytest.raises(DatasetError, match=r"inputs\.heating\.missing: 5\d\.\d% of the cells"):
        load(folder.path)


def test_bad_rows_are_dropped_and_counted(folder: Folder) -> None:
    rows = folder.rows()
    rows.loc[0, "asking_price_eur"] = "0"
    rows.loc[1, "asking_price_eur"] = "on request"
    rows.loc[2, "rooms"] = "three"
    rows.loc[3, "rooms"] = "2.5"
    rows = pd.concat([rows, rows.iloc[[10]]])
    again = rows.iloc[[11]].assign(rooms="1")
    folder.write(pd.concat([rows, again]))
    folder.replace('column = "rooms"', 'column = "rooms"\nkind = "integer"')

    dataset = load(folder.path)

    assert dataset.rows_read == 602
    assert len(dataset.inputs) == len(dataset.price) == 596
    notes = " | ".join(dataset.notes)
    assert "2 rows dropped, the same sale was listed before" in notes
    assert "asking_price_eur: 2 rows dropped, no price above zero" in notes
    assert 'rooms: 2 rows dropped, no integer (such as "three" on line 4)' in notes


def test_rows_outside_are_dropped_only_when_the_description_says_so(folder: Folder) -> None:
    folder.set(5, "surface_m2", "9999")
    with pytest.raises(DatasetError, match="1 row outside 10 to 250"):
        load(folder.path)

    folder.replace("step = 0.5", 'step = 0.5\noutside = "drop"')

    dataset = load(folder.path)
    assert len(dataset.inputs) == 599
    assert any("surface: 1 row dropped, outside 10 to 250" in note for note in dataset.notes)


def test_too_many_dropped_rows_refuse_the_file(folder: Folder) -> None:
    rows = folder.rows()
    rows.loc[:40, "rooms"] = "two"
    folder.write(rows)
    folder.replace('column = "rooms"', 'column = "rooms"\nkind = "integer"')

    with pytest.raises(DatasetError, match="41 of 600 rows would be dropped"):
        load(folder.path)
