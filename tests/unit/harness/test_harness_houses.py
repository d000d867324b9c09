"""What the gate draws from a contract: houses that it takes, in every notation of JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.house import max_body_bytes
from harness.wire.hostile_heads import odd_heads, unreadable_heads
from tests.houses import hostile
from tests.houses.cases import longest_batch, takes, too_large, typical, values
from tests.houses.strategies import BOUNDED, houses, notation, white_space
from tests.unit.app import bundles

CONTRACTS = {
    name: contract.model_dump(mode="json")["inputs"] for name, contract in bundles.CONTRACTS.items()
}
every_contract = pytest.mark.parametrize("inputs", CONTRACTS.values(), ids=CONTRACTS)
Inputs = list[dict[str, Any]]


@every_contract
def test_every_house_is_one_that_the_contract_takes(inputs: Inputs) -> None:
    @BOUNDED
    @given(houses(inputs))
    def holds(house: dict[str, Any]) -> None:
        assert house.keys() == {field["name"] for field in inputs}
        assert all(takes(field, json.dumps(house[field["name"]])) for field in inputs)

    holds()


@every_contract
@pytest.mark.parametrize("written", [white_space, notation])
def test_another_notation_is_read_back_as_the_same_house(inputs: Inputs, written: Any) -> None:
    @BOUNDED
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        house = data.draw(houses(inputs))

        assert json.loads(data.draw(written(house))) == house

    holds()


@every_contract
def test_what_cases_and_defaults_offer_is_taken(inputs: Inputs) -> None:
    house = typical(inputs)

    for field in inputs:
        assert takes(field, json.dumps(house[field["name"]]))
        assert all(takes(field, json.dumps(value)) for value in values(field))


@pytest.mark.parametrize("count", [1, 20, 100])
def test_the_limit_of_a_body_lies_between_the_longest_batch_and_what_is_too_large(
    count: int,
) -> None:
    """Also of short numbers with short names, whose lines a long number stretches most."""
    digit = bundles.MIXED.inputs[0].model_copy(update={"minimum": 0.0, "maximum": 9.0, "step": 1.0})
    fields = [
        digit.model_copy(update={"name": f"n{place}", "label": f"N {place}", "default": 1.0})
        for place in range(count)
    ]
    contract = bundles.MIXED.model_copy(update={"inputs": tuple(fields)})
    inputs = contract.model_dump(mode="json")["inputs"]

    assert len(longest_batch(inputs, indent=4)) <= max_body_bytes(contract) < len(too_large(inputs))


@pytest.mark.parametrize(
    ("kind", "raw", "taken"),
    [
        ("integer", "5", True), ("integer", "5.0", True), ("integer", "5.5", False),
        ("integer", "11", False), ("integer", '"5"', False), ("integer", "true", False),
        ("integer", "1e999", False), ("integer", "NaN", False), ("number", "5.5", True),
        ("number", "-0.1", False), ("yes_no", "true", True), ("yes_no", "1", False),
        ("choice", '"North"', True), ("choice", '"north"', False), ("choice", "null", False),
    ],
)  # fmt: skip
def test_what_an_input_takes(kind: str, raw: str, taken: bool) -> None:
    one = {"kind": kind, "minimum": 0, "maximum": 10, "choices": ["North", "South"]}

    assert takes(one, raw) is taken


@every_contract
def test_hostile_requests_can_be_made_for_any_contract(inputs: Inputs) -> None:
    assert len(hostile.bodies(inputs)) + len(hostile.headers(inputs)) >= 120


def test_hostile_heads_go_to_the_paths_that_they_are_given() -> None:
    corpus = odd_heads(b"{}", reads="/menu", takes="/orders")
    corpus |= unreadable_heads(reads="/menu", takes="/orders")

    sent = b"".join(request for request, _ in corpus.values())
    assert len(corpus) >= 60
    assert sent.count(b"/menu") >= 20
    assert sent.count(b"/orders") >= 20
    assert not {b"/schema", b"/predict", b"house"} & set(re.findall(rb"/?[a-z]+", sent))
