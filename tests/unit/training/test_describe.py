"""Any CSV is described well enough to train, or with what a person must decide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from app.contract import Kind
from tests.datasets.shapes import SHAPES, draw
from tests.unit.training.trained_flats import FLATS
from training.__main__ import main
from training.dataset import load

Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.read_csv(FLATS / "flats.csv", dtype="str", keep_default_na=False)


def described(
    rows: pd.DataFrame, folder: Path, *options: str, sep: str = ",", encoding: str = "utf-8"
) -> int:
    """Writes the rows and has them described; returns the exit code."""
    file = folder / "flats.csv"
    rows.to_csv(file, index=False, sep=sep, encoding=encoding)
    return main(["describe", str(file), *options])


def test_a_draft_trains_as_it_is_and_says_what_each_column_is(
    rows: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert described(rows, tmp_path) == 0

    contract = load(tmp_path).contract
    assert contract.target.currency == "EUR"
    assert contract.names == [
        "surface_m2", "rooms", "floor", "lift", "energy_class", "heating", "station_km",
    ]  # fmt: skip
    units = {field.name: field.unit for field in contract.inputs if field.unit}
    assert units == {"surface_m2": "m²", "station_km": "km"}
    assert f"--dataset {tmp_path}" in capsys.readouterr().out
    page = (tmp_path / "describe.html").read_text()
    assert "data:image/png;base64," in page
    assert all(f"<td>{name}</td>" in page for name in contract.names)


def test_a_file_from_another_country_is_described_as_it_is_written(
    rows: pd.DataFrame, tmp_path: Path
) -> None:
    price = rows["asking_price_eur"].astype(float)
    rows["Kaufpreis in €"] = [f"{value:,.0f}".replace(",", ".") for value in price * 10]
    rows["surface_m2"] = rows["surface_m2"].str.replace(".", ",")
    rows["station_km"] = rows["station_km"].replace("", "-").str.replace(".", ",")
    rows = rows.drop(columns="asking_price_eur")

    assert described(rows, tmp_path, sep=";", encoding="cp1252") == 0

    dataset = load(tmp_path)
    assert dataset.price == pytest.approx((price * 10).round())
    assert dataset.inputs["surface_m2"][0] == 45.2


CHANGES: list[tuple[str, Change, str]] = [
    (
        "a leak",
        lambda rows: rows.assign(
            per_m2=(
                rows["asking_price_eur"].astype(float) / rows["surface_m2"].astype(float)
            ).astype(str)
        ),
        "# Left out: per_m2: ",
    ),
    ("one value", lambda rows: rows.assign(city="Springfield"), "city: it holds one value only"),
    (
        "free text",
        lambda rows: rows.assign(remarks=[f"Flat {row} of its sort" for row in range(len(rows))]),
        "remarks: nearly each cell is another text",
    ),
    (
        "many places",
        lambda rows: rows.assign(place=[f"Place {row % 130}" for row in range(len(rows))]),
        'other = "Other"',
    ),
    (
        "times of sale",
        lambda rows: rows.assign(
            date_sold=[f"{2015 + row % 8}-0{1 + row % 9}-17" for row in range(len(rows))]
        ),
        'test_from = "202',
    ),
    (
        "years of sale",
        lambda rows: rows.assign(YrSold=[str(2015 + row % 8) for row in range(len(rows))]),
        "test_from = 202",
    ),
    (
        "of the sale",
        lambda rows: rows.assign(**{"Sale Type": [f"T{row % 3}" for row in range(len(rows))]}),
        'not_features = ["Sale Type"]',
    ),
]


@pytest.mark.parametrize(
    ("change", "told"), [case[1:] for case in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_what_is_no_plain_input_is_named_and_the_draft_trains(
    rows: pd.DataFrame, tmp_path: Path, change: Change, told: str
) -> None:
    assert described(change(rows), tmp_path) == 0

    assert told in (tmp_path / "dataset.toml").read_text()
    assert len(load(tmp_path).price) == len(rows)


def test_a_code_with_leading_zeros_stays_one(rows: pd.DataFrame, tmp_path: Path) -> None:
    rows["ZIP"] = [f"0{2134 + row % 9}" for row in range(len(rows))]

    assert described(rows, tmp_path) == 0

    codes = next(field for field in load(tmp_path).contract.inputs if field.name == "zip")
    assert codes.kind is Kind.CHOICE
    assert codes.choices is not None
    assert codes.choices[0] == "02134"


def test_a_heading_of_two_lines_breaks_no_draft(rows: pd.DataFrame, tmp_path: Path) -> None:
    rows["Lives\nhere"] = "yes\nand no"
    rows["Remark\nof ours"] = [f"flat {row}\nof its sort" for row in range(len(rows))]

    assert described(rows, tmp_path) == 0

    assert (
        "# Left out: Lives here: it holds one value only."
        in (tmp_path / "dataset.toml").read_text()
    )


def test_what_a_person_must_decide_is_said_and_left_to_them(
    rows: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows["surface_m2"] = [f"1.{100 + row}" for row in range(len(rows))]

    assert described(rows, tmp_path) == 1

    assert '"1.100" on line 2 is 1.100, or 1100' in capsys.readouterr().out
    assert "# DECIDE: " in (tmp_path / "dataset.toml").read_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [(("--target", "preis"), 'no column "preis"'), ((), "is there already")],
)
def test_nothing_is_overwritten_and_a_wrong_column_is_named(
    rows: pd.DataFrame,
    tmp_path: Path,
    options: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not options:
        (tmp_path / "dataset.toml").write_text("title = 1\n")

    assert described(rows, tmp_path, *options) == 2

    assert told in capsys.readouterr().err
    assert not (tmp_path / "describe.html").exists()


@pytest.mark.parametrize("name", [*SHAPES, "ames"])
def test_datasets_of_any_shape_are_described(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.describe.command.page", lambda *_: "")  # its pictures take long
    if name == "ames":
        folder = tmp_path
        (folder / "sales.csv").write_bytes((FLATS.parent / "ames" / "ames.csv").read_bytes())
    else:
        folder = draw(name, tmp_path / name)
        (folder / "dataset.toml").unlink()

    assert main(["describe", str(folder / "sales.csv"), "--target", "price"]) == 0

    assert len(load(folder).contract.inputs) >= 1
