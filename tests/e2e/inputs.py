"""Inputs of a contract by their kind, and numbers in what a page says."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from harness.verdict.checks import does_not_apply
from tests.houses.api import Value

Input = dict[str, Any]
Inputs = dict[str, Input]

_NUMBER = re.compile(r"[-\N{MINUS SIGN}]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?")
CLOSE = Decimal("0.005")  # of a price: what rounding it to be read may take or add


def numbers_of(inputs: Inputs) -> Inputs:
    return _of_kinds(inputs, "integer", "number") or does_not_apply("no input is a number")


def choices_of(inputs: Inputs) -> Inputs:
    return _of_kinds(inputs, "choice") or does_not_apply("no input is a choice")


def _of_kinds(inputs: Inputs, *kinds: str) -> Inputs:
    return {name: one for name, one in inputs.items() if one["kind"] in kinds}


def another_value(one: Input) -> Value:
    """A value that the input takes, other than its default."""
    default = one["default"]
    match one["kind"]:
        case "yes_no":
            others: list[Value] = [not default]
        case "choice":
            others = one["choices"]
        case _:
            others = [one["minimum"], one["maximum"]]
    return next(value for value in others if value != default)


def numbers_in(text: str) -> list[Decimal]:
    """The numbers that a person reads in ``text``, with their signs: -$1,450.50 is -1450.50."""
    signed = re.sub(r"([-\N{MINUS SIGN}])\s*[^\d\s\w.,]+\s*(?=\d)", r"\1", text)
    return [Decimal(found.replace(",", "").replace("\N{MINUS SIGN}", "-")) for found in
            _NUMBER.findall(signed)]  # fmt: skip


def reads_as(read: Decimal, exact: float) -> bool:
    """Whether ``read`` is ``exact``, rounded to the decimals that are shown and to no fewer digits
    than a person can do with. Whole thousands are rounded further than that."""
    wanted = Decimal(repr(exact))
    decimals = max(0, -int(read.as_tuple().exponent))
    nearest = abs(read - wanted) <= Decimal(1).scaleb(-decimals) / 2
    return nearest and abs(read - wanted) <= CLOSE * abs(wanted)
