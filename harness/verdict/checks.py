"""Checks: what a test proves, as a person reads it in the verdict.

A test becomes a check by its marker::

    @pytest.mark.check("orders.total")
    def test_an_order_costs_what_its_lines_cost(...): ...

What stands before the dot is the group that it is listed in; its sentence is the test's name. A
test without the marker is listed under ``other``, by its node id.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

import pytest
from _pytest.outcomes import Skipped  # that of pytest.skip, which is no type to mypy

__all__ = [
    "Check",
    "DoesNotApply",
    "Figures",
    "check_of",
    "does_not_apply",
    "figure",
]

CHECK, FIGURE, SAMPLES, NO_OBJECT = "check", "figure", "samples", "does_not_apply"
"""Names under which a report carries these, in its ``user_properties``."""
OTHER = "other"
WORDS = "check_words"
"""Setting in pytest.ini: words that sentences spell in their own way, such as names."""


class DoesNotApply(Skipped):
    """What a check asks about does not exist in what is tested.

    Neither red nor silently green: the verdict lists the check as "does not apply", with the
    reason. A plain ``pytest.skip`` is something else: it hides what was asked for, and is a no.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"does not apply: {reason}", _use_item_location=True)
        self.reason = reason


def does_not_apply(reason: str) -> NoReturn:
    """Ends a test, subtest or fixture whose question has no object: "no input is a choice".

    Raises:
        DoesNotApply: always.
    """
    raise DoesNotApply(reason)


@dataclass(frozen=True)
class Check:
    """One test with one set of parameters.

    Attributes:
        id: ``group.name``, and for a parametrized test ``group.name[parameters]``.
        group: what a person finds it under.
        sentence: what holds when it is green.
    """

    id: str
    group: str
    sentence: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)


def check_of(item: pytest.Item) -> Check:
    """The check that ``item`` is.

    Raises:
        pytest.UsageError: its marker is not ``check("group.name")``.
    """
    function = getattr(item, "originalname", None) or item.name
    parameters = _parameters(item, item.name[len(function) :])
    marker = item.get_closest_marker("check")
    if marker is None:
        name, group = item.nodeid, OTHER
    else:
        name = str(marker.args[0]) if marker.args else ""
        group, _, rest = name.partition(".")
        if not (group and rest):
            raise pytest.UsageError(
                f'{item.nodeid}: the marker is @pytest.mark.check("group.name"), not "{name}"'
            )
        name += parameters
    about = f" ({parameters[1:-1]})" if parameters else ""
    return Check(name, group, _sentence(function, item.config.getini(WORDS)) + about)


def _parameters(item: pytest.Item, shown: str) -> str:
    """``[a-b]`` as it is in the test's name; without the browser where there is only one."""
    browser = getattr(getattr(item, "callspec", None), "params", {}).get("browser_name")
    if browser is None or len(item.config.getoption("--browser", [])) > 1:
        return shown
    rest = shown.strip("[]").removeprefix(browser).removeprefix("-")
    return f"[{rest}]" if rest else ""


def _sentence(function: str, spelled: Sequence[str]) -> str:
    """The name of a test function in words, each of ``spelled`` written as it is there."""
    own = {word.lower(): word for word in spelled}
    words = function.removeprefix("test_").split("_")
    text = " ".join(own.get(word, word) for word in words)
    return text[:1].upper() + text[1:]


class Figures:
    """Notes what a test measured, for the verdict, and holds it against its bound."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def __call__(
        self,
        name: str,
        value: float,
        unit: str = "",
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """Notes ``value``; a bound that it breaks fails the test, with all three in the message.

        So does what is no number, which would break no bound.
        """
        assert math.isfinite(value), f"{name}: {value:g} is no figure"
        noted: dict[str, Any] = {"name": name, "value": float(value), "unit": unit}
        noted |= {"at_most": at_most, "at_least": at_least}
        self._properties.append((FIGURE, noted))
        shown = f"{name}: {value:g} {unit}".rstrip()
        assert at_most is None or value <= at_most, f"{shown}, at most {at_most:g} is allowed"
        assert at_least is None or value >= at_least, f"{shown}, at least {at_least:g} is wanted"

    def samples(self, name: str, values: Sequence[float], unit: str) -> None:
        """Notes a distribution, which the report draws as a histogram."""
        noted = {"name": name, "unit": unit, "values": [float(value) for value in values]}
        self._properties.append((SAMPLES, noted))


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figures:
    """``figure("error", 14_129, "USD", at_most=15_000)``: a measured figure against its bound."""
    return Figures(request.node.user_properties)
