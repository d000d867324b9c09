"""Each awkward shape is taken by training's reader, and the API's own model takes its houses."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.house import house_model, max_body_bytes
from tests.datasets.shapes import SHAPES, draw
from tests.houses.cases import is_number, longest_batch, mistakes, typical, values
from training.dataset import Dataset, load


@pytest.fixture(scope="module", params=SHAPES)
def dataset(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    name = str(request.param)
    return load(draw(name, tmp_path_factory.mktemp("shapes") / name))


def test_what_the_contract_takes_is_taken_and_a_mistake_is_refused(dataset: Dataset) -> None:
    house, inputs = (
        house_model(dataset.contract),
        dataset.contract.model_dump(mode="json")["inputs"],
    )
    good = typical(inputs)
    house.model_validate(good)
    for one in inputs:
        for value in values(one):
            house.model_validate({**good, one["name"]: value})
        for mistake, value in mistakes(one):
            try:
                house.model_validate({**good, one["name"]: value})
            except ValidationError:
                continue
            pytest.fail(f"{one['name']}: {mistake} is taken: {value!r}")


def test_the_api_has_room_for_a_full_batch_of_the_longest_houses(dataset: Dataset) -> None:
    inputs = dataset.contract.model_dump(mode="json")["inputs"]

    assert len(longest_batch(inputs, indent=4)) <= max_body_bytes(dataset.contract)


def test_every_default_lies_among_the_values_of_its_column(dataset: Dataset) -> None:
    for one in dataset.contract.inputs:
        if is_number(one.model_dump()):
            column = dataset.inputs[one.name]
            assert column.min() <= float(one.default) <= column.max(), one.name


def test_the_shapes_are_as_awkward_as_promised(tmp_path: Path) -> None:
    contracts = {name: load(draw(name, tmp_path / name)).contract for name in SHAPES}
    inputs = [one for contract in contracts.values() for one in contract.inputs]
    steps = [one.step for one in inputs if one.step]
    clicks = [((one.maximum or 0) - (one.minimum or 0)) / one.step for one in inputs if one.step]

    assert max(len(contract.inputs) for contract in contracts.values()) == 64
    assert min(len(contract.inputs) for contract in contracts.values()) == 1
    assert min(steps) <= 1e-8
    assert max(steps) >= 1e6
    assert max(clicks) >= 1e9
    labels = [one.label for one in inputs]
    assert max(map(len, labels)) == 200
