"""A dataset's description and rows: what is refused, what is repaired, what is completed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from app.contract import Kind
from training.dataset import load
from training.spec import DatasetError

ROOT = Path(__file__).parents[3]
FLATS = ROOT / "datasets" / "synthetic_flats"


class Folder:
    """A copy of the synthetic dataset that a test spoils."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(FLATS, path)

    def replace(self, old: str, new: str) -> None:
        file = self.path / "dataset.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def rows(self) -> pd.DataFrame:
        return pd.read_csv(self.path / "flats.csv", dtype="str", keep_default_na=False)

    def write(self, rows: pd.DataFrame) -> None:
        rows.to_csv(self.path / "flats.csv", index=False)

    def set(self, row: int, column: str, value: str) -> None:
        rows = self.rows()
        rows.loc[row, column] = value
        self.write(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "flats")


WRONG = [
    ('column = "rooms"', 'column = "roms"', "inputs.rooms.column", 'did you mean "rooms"?'),
    ('label = "Rooms"', 'lable = "Rooms"', "inputs.rooms.lable", 'did you mean "label"?'),
    ('label = "Rooms"', "", "inputs.rooms.label", "add it"),
    ('label = "Rooms"', 'label = "Surface"', "inputs.rooms.label", "its own label"),
    ("choices = { G =", "choices = {} #", "inputs.energy_class.choices", "list code = name"),
    ('gas = "Gas"', 'gas = "Heat pump"', "inputs.heating.choices.heat_pump", "each choice once"),
    ('gas = "Gas", ', "", "inputs.heating.choices", "list them"),
    ('gas = "Gas"', 'gas = "Gas", oil = "Oil"', "inputs.heating.choices", "remove it"),
    ("range = [10, 250]", "range = [30, 250]", "inputs.surface.range", "widen it"),
    ("range = [10, 250]", "range = [250, 10]", "inputs.surface.range", "[minimum, maximum]"),
    ("step = 0.5", "step = 0", "inputs.surface.step", "correct the value"),
    ("step = 0.5", "default = 500", "inputs.surface.default", "choose one inside"),
    ("step = 0.5", 'default = "big"', "inputs.surface.default", "choose one inside"),
    ('unit = "km"', 'kind = "distance"', "inputs.station_distance.kind", "correct the value"),
    ('label = "Heating"', 'label = "Heating"\ndefault = "gas"', "inputs.heating.default", '"Gas"'),
    ('label = "Heating"', 'label = "Heating"\nmonotonic = "increasing"', ".monotonic", "ordered"),
    ('column = "rooms"', 'column = "listing"', "inputs.rooms.column", "identifier"),
    ('column = "rooms"', 'column = "asking_price_eur"', "inputs.rooms.column", "target itself"),
    ('column = "rooms"', 'column = "floor"', "inputs.floor.column", "each column once"),
    ('currency = "EUR"', 'currency = "euro"', "target.currency", "three letters"),
    ('csv = "flats.csv"', 'csv = "flat.csv"', "csv", "correct the name"),
    ('csv = "flats.csv"', 'csv = "flats.csv"\nsegment = "heat"', "segment", '"heating"'),
    ('title = "', "title = ", "file", "correct the syntax"),
    ('identifiers = ["listing"]', 'identifiers = ["id"]', "identifiers.0", "use one of"),
    ("range = [10, 250]", "range = [10, 250, 500]", "inputs.surface.range", "correct the value"),
    ('currency = "EUR"', 'currency = "EUR"\nlog_scale = false', "target.log_scale", "correct"),
    ("[inputs.rooms]", "[inputs.lower]", "inputs.lower", "another name"),
    ('csv = "flats.csv"', 'csv = "."', "csv", "correct the name"),
]


@pytest.mark.parametrize(("old", "new", "key", "fix"), WRONG, ids=[case[2] for case in WRONG])
def test_a_wrong_description_is_refused_with_file_key_and_fix(
    folder: Folder, old: str, new: str, key: str, fix: str
) -> None:
    folder.replace(old, new)

    with pytest.raises(DatasetError) as refusal:
        load(folder.path)

    text = str(refusal.value)
    assert "dataset.toml" in text
    assert f"{key}: " in text
    assert fix in text
    assert ". Fix: " in text


def test_a_file_in_place_of_a_folder_is_refused(folder: Folder) -> None:
    with pytest.raises(
        DatasetError, match=r"dataset\.toml: folder: is a file\. Fix: give the folder"
    ):
        load(folder.path / "dataset.toml")


def test_another_separator_is_named(folder: Folder) -> None:
    file = folder.path / "flats.csv"
    file.write_text(file.read_text().replace(",", ";"))

    with pytest.raises(DatasetError, match="heading: its columns are separated by ';'"):
        load(folder.path)


def test_a_few_words_in_a_column_of_numbers_are_mistakes_and_make_no_choices(
    folder: Folder,
) -> None:
    folder.set(3, "rooms", "rooms")

    with pytest.raises(DatasetError, match=r'rooms\.kind: 1 cells of "rooms" are no numbers'):
        load(folder.path)
    folder.replace('column = "rooms"', 'column = "rooms"\nkind = "integer"')
    assert "rooms: 1 rows dropped, no integer (such as 'rooms')" in load(folder.path).notes


def test_a_kind_that_the_column_does_not_hold_is_named(folder: Folder) -> None:
    folder.replace('column = "energy_class"', 'column = "energy_class"\nkind = "integer"')

    with pytest.raises(DatasetError, match=r'energy_class\.kind: "energy_class" holds no integer'):
        load(folder.path)


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

    with pytest.raises(DatasetError, match=rf"flats\.csv: file: not a CSV: .* line {row + 1}, "):
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


@pytest.mark.parametrize(
    ("price", "problem"),
    [("153,900", "no price above 0"), ("-5", "no price above 0"), ("100", "are the same")],
)
def test_a_target_that_is_no_price_is_named(folder: Folder, price: str, problem: str) -> None:
    folder.write(folder.rows().assign(asking_price_eur=price))

    with pytest.raises(DatasetError, match=f"target.column: .*{problem}"):
        load(folder.path)


def test_more_than_sixteen_inputs_are_refused(folder: Folder) -> None:
    rows = folder.rows()
    more = ""
    for number in range(125):
        rows[f"extra{number}"] = [str((row * 7 + number) % 11) for row in range(len(rows))]
        more += f'\n[inputs.extra{number}]\ncolumn = "extra{number}"\nlabel = "Extra {number}"\n'
    folder.write(rows)
    file = folder.path / "dataset.toml"
    file.write_text(file.read_text() + more)

    with pytest.raises(DatasetError, match="more than 128 inputs"):
        load(folder.path)


def test_a_column_that_numbers_the_rows_is_an_identifier_even_if_nobody_says_so(
    folder: Folder,
) -> None:
    rows = folder.rows()
    rows["rooms"] = [str(number) for number in range(len(rows))]
    folder.write(rows)

    with pytest.raises(DatasetError, match="it is an identifier"):
        load(folder.path)


@pytest.mark.parametrize("operation", ["divide", "subtract", "copy"])
def test_an_input_computed_from_the_price_is_refused(folder: Folder, operation: str) -> None:
    rows = folder.rows()
    price, surface = (rows[name].astype(float) for name in ("asking_price_eur", "surface_m2"))
    leak = {"divide": price / surface, "subtract": price - 100 * surface, "copy": price * 0.9}
    rows["rooms"] = leak[operation].round(2).astype(str)
    folder.write(rows)

    with pytest.raises(DatasetError, match="computed from the price"):
        load(folder.path)


def test_what_the_description_leaves_out_is_completed_from_the_data(folder: Folder) -> None:
    contract = load(folder.path).contract
    inputs = {field.name: field for field in contract.inputs}

    assert contract.names == list(inputs)
    assert (inputs["rooms"].kind, inputs["rooms"].minimum, inputs["rooms"].maximum) == (
        Kind.INTEGER, 1, 7,
    )  # fmt: skip
    assert (inputs["rooms"].step, inputs["rooms"].default) == (1, 3)
    assert (inputs["lift"].kind, inputs["lift"].default) == (Kind.YES_NO, False)
    assert inputs["station_distance"].kind is Kind.NUMBER
    assert inputs["heating"].default == "Gas"
    assert inputs["energy_class"].choices == ("G", "F", "E", "D", "C", "B", "A")


@pytest.mark.parametrize(
    ("cell", "step", "default"),
    [
        ("4712.345678912345", "1e-8", 4712.345678912),  # a step of a trillionth of the range
        ("0.4712345678912", "1e-8", 0.471234568),
        ("4712.345678912345", "0.5", 4712.345679),
    ],
)
def test_a_default_keeps_digits_as_fine_as_its_step_however_wide_its_range(
    folder: Folder, cell: str, step: str, default: float
) -> None:
    rows = folder.rows()
    rows.loc[:400, "station_km"] = cell  # two of three rows, so that it is the median
    folder.write(rows)
    folder.replace("range = [0, 8]\nstep = 0.1", f"range = [0, 10000]\nstep = {step}")

    inputs = {one.name: one for one in load(folder.path).contract.inputs}

    assert inputs["station_distance"].step == float(step)
    assert inputs["station_distance"].default == default


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

    with pytest.raises(DatasetError, match=r"inputs\.heating\.missing: 5\d% of the cells"):
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
    assert "rooms: 2 rows dropped, no integer (such as 'three')" in notes


def test_rows_outside_are_dropped_only_when_the_description_says_so(folder: Folder) -> None:
    folder.set(5, "surface_m2", "9999")
    with pytest.raises(DatasetError, match="1 rows lie outside 10 to 250"):
        load(folder.path)

    folder.replace("step = 0.5", 'step = 0.5\noutside = "drop"')

    dataset = load(folder.path)
    assert len(dataset.inputs) == 599
    assert any("surface: 1 rows dropped, outside 10 to 250" in note for note in dataset.notes)


def test_too_many_dropped_rows_refuse_the_file(folder: Folder) -> None:
    rows = folder.rows()
    rows.loc[:40, "rooms"] = "two"
    folder.write(rows)
    folder.replace('column = "rooms"', 'column = "rooms"\nkind = "integer"')

    with pytest.raises(DatasetError, match="41 of 600 rows would be dropped"):
        load(folder.path)


def test_the_hash_covers_data_and_description(folder: Folder) -> None:
    before = load(folder.path).sha256
    folder.set(0, "rooms", "4")
    changed_data = load(folder.path).sha256
    folder.replace('help = "0 is the ground floor."', 'help = "0: ground floor."')

    assert len({before, changed_data, load(folder.path).sha256}) == 3
