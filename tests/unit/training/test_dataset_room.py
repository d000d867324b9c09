"""How far a range that is left out goes on, and what the contract says the model has seen."""

from __future__ import annotations

import pytest

from app.contract import Input
from tests.unit.training.spoiled_flats import Folder
from training.dataset import load
from training.extrapolation import with_seen
from training.reading.numeric import _with_room


@pytest.mark.parametrize(
    ("data", "step", "room"),
    [
        ((1872.0, 2009.0), 1.0, (1858.0, 2023.0)),
        ((0.0, 9.0), 1.0, (0.0, 10.0)),
        ((3.0, 5.0), 1.0, (2.0, 6.0)),
        ((0.5, 3.5), 0.5, (0.0, 4.0)),
        ((-9.0, -0.5), 0.5, (-10.0, 0.0)),
        ((-1.0, 1.0), 0.1, (-1.2, 1.2)),
        ((48.1234, 48.2234), 1e-4, (48.1134, 48.2334)),
        ((0.02, 0.05), 1e-8, (0.017, 0.053)),
        ((1e6, 9e7), 1e6, (0.0, 9.9e7)),
        ((0.0, 2.0**53 - 1), 1e12, (0.0, 2.0**53 - 1)),
    ],
)
def test_a_range_that_is_left_out_leaves_room_in_whole_steps(
    data: tuple[float, float], step: float, room: tuple[float, float]
) -> None:
    assert _with_room(*data, step) == room


def test_a_range_that_is_named_is_kept(folder: Folder) -> None:
    by_name = {field.name: field for field in load(folder.path).contract.inputs}

    assert (by_name["station_distance"].minimum, by_name["station_distance"].maximum) == (0, 8)


def test_what_the_model_has_seen_is_what_it_learnt_from(folder: Folder) -> None:
    dataset = load(folder.path)
    rooms, heating = dataset.inputs["rooms"], dataset.inputs["heating"]
    learnt = dataset.inputs[(rooms < 5) & (heating != "Gas")]

    contract = with_seen(dataset.contract, learnt)

    by_name: dict[str, Input] = {field.name: field for field in contract.inputs}
    assert (by_name["rooms"].seen_minimum, by_name["rooms"].seen_maximum) == (1, 4)
    assert isinstance(by_name["rooms"].seen_maximum, int)
    assert by_name["heating"].unseen_choices == ("Gas",)
    assert by_name["energy_class"].unseen_choices == ()
    assert by_name["lift"].unseen_choices is None
    assert contract.names == dataset.contract.names
