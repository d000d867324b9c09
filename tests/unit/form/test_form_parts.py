"""The form's parts one by one: the contract it reads, its widgets, its words, its links."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from answers import Model, read_answer
from fields import plain
from result import money, run_url, sentence, worded
from schema import Contract, NumberInput
from strict import read
from tests.unit.form.form_fake_api import CONTRACT, FakeApi

LENGTH = NumberInput(
    name="length", label="Length", group="Size", kind="number",
    minimum=-1e9, maximum=4e9, step=0.5, default=0,
)  # fmt: skip
RUN = Model(version="3", run_id="abc", experiment_id="1")


@pytest.fixture
def contract() -> Contract:
    return read(Contract, json.dumps(CONTRACT).encode())


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (("format",), 2, "format.*not 2"),
        (("title",), "", "title"),
        (("target", "currency"), "francs", "currency.*'francs'"),
        (("inputs",), [], "inputs"),
        (("inputs", 0, "kind"), "date", "'berths'.*'date'"),
        (("inputs", 0, "name"), "length", "same name"),
        (("inputs", 0, "default"), 13, "'berths'.*default"),
        (("inputs", 0, "default"), 1.5, "'berths'.*default"),
        (("inputs", 0, "default"), True, "'berths'.*default"),
        (("inputs", 0, "step"), 0, "'berths'.*step"),
        (("inputs", 0, "minimum"), None, "'berths'.*minimum"),
        (("inputs", 0, "minimum"), True, "'berths'.*minimum"),
        (("inputs", 0, "maximum"), "12", "'berths'.*maximum"),
        (("inputs", 0, "maximum"), 10**400, "'berths'.*maximum"),
        (("inputs", 0, "minimum"), 13, "'berths'.*minimum < maximum"),
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
        read(Contract, json.dumps(document).encode())


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_unit_of_blanks_is_none(nothing: str | None) -> None:
    document = copy.deepcopy(CONTRACT)
    document["inputs"][1] |= {"unit": nothing, "help": nothing}

    length = read(Contract, json.dumps(document).encode()).inputs[1]

    assert (length.caption, length.help) == ("Length", "")


@pytest.mark.parametrize(
    ("currency", "shown"),
    [("USD", "$1,234,568"), ("EUR", "€1,234,568"), ("ISK", "ISK\N{NO-BREAK SPACE}1,234,568")],
)
def test_money_has_no_cents(currency: str, shown: str) -> None:
    assert money(1_234_567.8, currency) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (4e9, "4,000,000,000"),
        (1000.4, "1,000"),
        (999.4, "999.40"),
        (2.5, "2.50"),
        (0.4567, "0.457"),
        (0.0034, "0.00340"),
        (3e-9, "0.00000000300"),
        (0.0, "0.00"),
    ],
)
def test_a_small_price_is_not_rounded_away(amount: float, shown: str) -> None:
    assert money(amount, "EUR") == f"€{shown}"


@pytest.mark.parametrize(
    ("coverage", "share"), [(0.9, "9 in 10"), (0.95, "19 in 20"), (0.999, "99 in 100")]
)
def test_the_sentence_never_promises_more_than_the_coverage(
    api: FakeApi, contract: Contract, coverage: float, share: str
) -> None:
    sent = {question.name: question.default for question in contract.inputs}
    answer = read_answer(
        json.dumps(api.answer(sent) | {"coverage": coverage}).encode(), contract, sent
    )

    assert sentence(answer).startswith(f"{share} houses like this sell between")


def test_the_sentence_says_what_the_latest_sales_made_of_it(
    api: FakeApi, contract: Contract
) -> None:
    sent = {question.name: question.default for question in contract.inputs}
    told = json.dumps(api.answer(sent) | {"forward_coverage": 0.7989}).encode()

    words = sentence(read_answer(told, contract, sent))

    assert words.endswith("120,000. Of the latest sales it was only 79 in 100.")


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("", 1998, "1998"),
        ("", 1998.0, "1998"),
        ("m", 1e-8, "0.00000001 m"),
        ("m", -0.00012, "-0.00012 m"),
        ("m", 4e9, "4,000,000,000 m"),
        ("m", 1e22, "10,000,000,000,000,000,000,000 m"),
        ("m", 1.1, "1.1 m"),
        ("°", -122.41942, "-122.41942 °"),
        ("sq ft", 1998, "1,998 sq ft"),
        ("m", 7.0, "7 m"),
        ("m", 7.25, "7.25 m"),
        ("", True, "Yes"),
        ("", "West", "West"),
    ],
)
def test_values_are_written_as_a_person_would(
    unit: str, value: bool | float | str, words: str
) -> None:
    assert worded(LENGTH.model_copy(update={"unit": unit}), value) == words


@pytest.mark.parametrize("public", ["", "http://localhost:0", "http://localhost:x", "mlflow:5555"])
def test_no_link_without_a_public_address(public: str) -> None:
    assert run_url(public, RUN) is None


def test_the_link_leads_to_the_run() -> None:
    link = run_url("https://mlflow.example/", RUN)
    assert link == "https://mlflow.example/#/experiments/1/runs/abc"


def test_labels_are_not_read_as_markdown() -> None:
    assert plain("*a* [b](c) :red[d] $x$") == r"\*a\* \[b\](c) \:red\[d\] \$x\$"
    assert plain("Living area (sq ft): above-ground") == "Living area (sq ft): above-ground"
