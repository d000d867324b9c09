"""A dataset's description: what is refused, and what it leaves out is completed from the data."""

from __future__ import annotations

import pytest

from app.contract import Kind
from tests.unit.training.spoiled_flats import Folder
from training.dataset import load
from training.errors import DatasetError

WRONG = [
    ('column = "rooms"', 'column = "roms"', "inputs.rooms.column", 'did you mean "rooms"?'),
    ('label = "Rooms"', 'lable = "Rooms"', "inputs.rooms.lable", 'did you mean "label"?'),
    ('label = "Rooms"', "", "inputs.rooms.label", "add it"),
    ('label = "Rooms"', 'label = "Surface"', "inputs.rooms.label", "each input its own"),
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
    ('column = "rooms"', 'column = "floor"', "inputs.floor.column", "each input its own"),
    ('currency = "EUR"', 'currency = "euro"', "target.currency", "three letters"),
    ('csv = "flats.csv"', 'csv = "flat.csv"', "csv", "correct the name"),
    ('csv = "flats.csv"', 'csv = "flats.csv"\nsegment = "heat"', "segment", '"heating"'),
    ('label = "Heating"', 'label = " "', "inputs.heating.label", "is blank"),
    ('label = "Heating"', 'label = "Heat\\ning"', "inputs.heating.label", "a line break"),
    ('gas = "Gas"', 'gas = "\u00a0"', "inputs.heating.choices.gas", "is blank"),
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


def test_a_kind_that_the_column_does_not_hold_is_named(folder: Folder) -> None:
    folder.replace('column = "energy_class"', 'column = "energy_class"\nkind = "integer"')

    with pytest.raises(DatasetError, match=r'energy_class\.kind: "energy_class" holds no integer'):
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
        Kind.INTEGER, 0, 8,  # 1 to 7 in the data, and a tenth of that on either side
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


def test_the_hash_covers_data_and_description(folder: Folder) -> None:
    before = load(folder.path).sha256
    folder.set(0, "rooms", "4")
    changed_data = load(folder.path).sha256
    folder.replace('help = "0 is the ground floor."', 'help = "0: ground floor."')

    assert len({before, changed_data, load(folder.path).sha256}) == 3


def test_all_mistakes_are_told_at_once_each_with_its_line(folder: Folder) -> None:
    folder.replace('label = "Rooms"', 'lable = "Rooms"')
    folder.replace("range = [10, 250]", "range = [250]")
    folder.replace('currency = "EUR"', 'currency = "euro"')

    with pytest.raises(DatasetError) as refusal:
        load(folder.path)

    lines = (folder.path / "dataset.toml").read_text().splitlines()
    told = str(refusal.value).splitlines()
    assert len(told) == 3
    for key, begins in (
        ("target.currency", "currency"),
        ("inputs.surface.range", "range = [250]"),
        ("inputs.rooms.lable", "lable"),
    ):
        number = next(at for at, line in enumerate(lines, start=1) if line.startswith(begins))
        assert any(f"dataset.toml: line {number}: {key}: " in line for line in told)


def test_all_columns_that_cannot_be_read_are_told_at_once(folder: Folder) -> None:
    rows = folder.rows()
    folder.write(rows.assign(rooms="-", floor="2,5", asking_price_eur="on request"))

    with pytest.raises(DatasetError) as refusal:
        load(folder.path)

    for key in ("target.column", "inputs.rooms.missing_values", "inputs.floor.kind"):
        assert f"{key}: " in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('gas = "Gas"', '1.5 = "Gas"', 'put the code in quotes: "1.5"'),
        ('gas = "Gas"', 'natural gas = "Gas"', "correct the syntax"),
        ('identifiers = ["listing"]', 'identifiers = "listing"', 'identifiers = ["listing"]'),
        ('csv = "', 'encoding = "latin-99"\ncsv = "', "unknown encoding"),
        ('csv = "', 'separator = "ab"\ncsv = "', "separator: "),
        ('csv = "', 'decimal = ","\nthousands = ","\ncsv = "', "are the same"),
        ("[inputs.rooms]", "[inputs.roomCount]", '"C" cannot stand there in a name'),
        ("[inputs.rooms]", "[inputs.2nd]", '"2" cannot stand there in a name'),
    ],
)
def test_what_is_nearly_right_is_told_as_it_should_be(
    folder: Folder, old: str, new: str, told: str
) -> None:
    folder.replace(old, new)

    with pytest.raises(DatasetError) as refusal:
        load(folder.path)

    assert told in str(refusal.value)


def test_a_byte_order_mark_changes_nothing(folder: Folder) -> None:
    before = load(folder.path)
    for name in ("dataset.toml", "flats.csv"):
        file = folder.path / name
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    after = load(folder.path)

    assert after.contract == before.contract
    assert after.price.tolist() == before.price.tolist()
