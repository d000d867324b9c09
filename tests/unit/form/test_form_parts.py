"""The form's parts one by one: the contract it reads, its widgets, its words, its links."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from answers import Model, read_answer
from fields import draw, plain
from result import money, run_url, sentence, worded
from schema import Contract, Input, read_contract
from tests.unit.form.form_fake_api import CONTRACT, FakeApi

CABIN = Input(name="cabin", label="Cabin", group="Size", kind="yes_no", default=True)


@pytest.fixture
def contract() -> Contract:
    return read_contract(CONTRACT)


def test_an_unknown_kind_raises() -> None:
    with pytest.raises(ValueError, match=r"'cabin'.*no widget for the kind 'date'"):
        draw(replace(CABIN, kind="date"))


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (("format",), 2, "format 2"),
        (("title",), "", "'title'"),
        (("target", "currency"), "francs", "ISO 4217"),
        (("inputs",), [], "'inputs'"),
        (("inputs", 0, "kind"), "date", "'berths'.*'date'"),
        (("inputs", 0, "name"), "length", "same name"),
        (("inputs", 0, "default"), 13, "'berths'.*default"),
        (("inputs", 0, "default"), 1.5, "'berths'.*default"),
        (("inputs", 0, "default"), True, "'berths'.*default"),
        (("inputs", 0, "step"), 0, "'berths'.*step"),
        (("inputs", 0, "minimum"), None, "'berths'.*'minimum'"),
        (("inputs", 3, "choices"), ["West", "West"], "'harbour'.*different"),
        (("inputs", 3, "default"), "East", "'harbour'.*default"),
        (("inputs", 4, "default"), "No", "'cabin'.*default"),
    ],
)
def test_a_contract_that_cannot_be_drawn_is_refused(
    at: tuple[str | int, ...], value: object, reason: str
) -> None:
    document: Any = copy.deepcopy(CONTRACT)
    inner = document
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value

    with pytest.raises(ValueError, match=reason):
        read_contract(document)


@pytest.mark.parametrize(
    ("currency", "shown"),
    [("USD", "$1,234,568"), ("EUR", "€1,234,568"), ("ISK", "ISK\N{NO-BREAK SPACE}1,234,568")],
)
def test_money_has_no_cents(currency: str, shown: str) -> None:
    assert money(1_234_567.8, currency) == shown


@pytest.mark.parametrize(
    ("coverage", "share"), [(0.9, "9 in 10"), (0.95, "19 in 20"), (0.999, "99 in 100")]
)
def test_the_sentence_never_promises_more_than_the_coverage(
    api: FakeApi, contract: Contract, coverage: float, share: str
) -> None:
    sent = {each.name: each.default for each in contract.inputs}
    answer = read_answer(api.answer(sent) | {"coverage": coverage}, contract, sent)

    assert sentence(answer).startswith(f"{share} houses like this sell between")


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        (None, 1998, "1998"),
        ("sq ft", 1998, "1,998 sq ft"),
        ("m", 7.0, "7 m"),
        ("m", 7.25, "7.25 m"),
        (None, True, "Yes"),
        (None, "West", "West"),
    ],
)
def test_values_are_written_as_a_person_would(
    unit: str | None, value: bool | float | str, words: str
) -> None:
    assert worded(replace(CABIN, unit=unit), value) == words


@pytest.mark.parametrize("public", ["", "http://localhost:0", "http://localhost:x", "mlflow:5555"])
def test_no_link_without_a_public_address(public: str) -> None:
    assert run_url(public, Model("3", "abc", "1")) is None


def test_the_link_leads_to_the_run() -> None:
    link = run_url("https://mlflow.example/", Model("3", "abc", "1"))
    assert link == "https://mlflow.example/#/experiments/1/runs/abc"


def test_labels_are_not_read_as_markdown() -> None:
    assert plain("*a* [b](c) :red[d] $x$") == r"\*a\* \[b\](c) \:red\[d\] \$x\$"
    assert plain("Living area (sq ft): above-ground") == "Living area (sq ft): above-ground"
