"""Inputs that were computed from the price are found, and honest ones are not taken for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.training.sales_file import HEADING, lines, read
from training.errors import DatasetError


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
