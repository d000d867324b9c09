"""Houses from every corner of what a contract takes. A seed makes each run like the last."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any

from tests.houses.api import House, Value
from tests.houses.cases import is_number, typical, values

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

Inputs = dict[str, dict[str, Any]]
Houses = list[dict[str, Value]]
SEED = 20
SMALL = 60
"""An integer with no more values than this is tried at each of them."""
SPREAD = 200
"""Values of a number with more."""
BETWEEN = 2
"""Numbers between the ends that a cover holds."""
STARTS = 6
"""Houses from which the search for the dearest and the cheapest begins."""


class Domain:
    """All houses that the contract ``inputs`` takes.

    Args:
        inputs: the contract's inputs by name.
        known: real houses, around which others are made.
        model: what finds the houses that are worth a look.
    """

    def __init__(self, inputs: Inputs, known: Sequence[House], model: LocalModel) -> None:
        self.inputs = inputs
        self._known = [dict(house) for house in known] or [typical(inputs.values())]
        self._model = model
        self._random = random.Random(SEED)

    def bases(self, count: int) -> Houses:
        """``count`` different starting points: half of them real, half drawn at random."""
        real = [dict(self._random.choice(self._known)) for _ in range((count + 1) // 2)]
        return real + self.drawn(count // 2)

    def drawn(self, count: int) -> Houses:
        """Houses at random: each value from anywhere, from a real house, or from an end."""
        return [
            {name: self._draw(name) for name in self.inputs}
            if self._random.random() < 0.5
            else self._altered(self._random.choice(self._known))
            for _ in range(count)
        ]

    def choices(self, bases: int) -> Houses:
        """Each choice, and yes and no, in ``bases`` houses each."""
        named = [name for name, one in self.inputs.items() if not is_number(one)]
        return self._each_value({name: values(self.inputs[name]) for name in named}, bases)

    def numbers(self, bases: int) -> Houses:
        """Each number at and beside its ends, at 0, and at values all over its range."""
        named = [name for name, one in self.inputs.items() if is_number(one)]
        return self._each_value({name: _numbers(self.inputs[name]) for name in named}, bases)

    def pairs(self) -> Houses:
        """Each notable value of one input with each notable value of every other input."""
        levels = {name: _levels(one) for name, one in self.inputs.items()}
        return [
            {**self._random.choice(self._known), first: one, second: other}
            for first, second in combinations(levels, 2)
            for one, other in product(levels[first], levels[second])
        ]

    def cover(self, most: int) -> Houses:
        """Few houses with each choice and both ends of each number in one of them.

        Of a list that is longer than ``most``, the choices that no known house has come first.
        Once all values of an input were there, it stays as it is: typing it again takes time.
        """
        tried = {name: self._in_turn(name)[:most] for name in self.inputs}
        return [
            {name: tried[name][min(number, len(tried[name]) - 1)] for name in tried}
            for number in range(max(map(len, tried.values())))
        ]

    def extremes(self, count: int) -> tuple[Houses, Houses]:
        """The dearest and the cheapest houses that a climb from many sides finds."""
        met: Houses = []
        for start in self.bases(STARTS):
            met += self._climb(start, 1) + self._climb(start, -1)
        prices = self._model.prices(met)
        ranked = [house for _, house in sorted(zip(prices, met, strict=True), key=lambda p: p[0])]
        return ranked[-count:], ranked[:count]

    def thresholds(self, bases: int) -> list[tuple[House, House]]:
        """Neighbours: two houses that differ by the least step of one number, and in price.

        Whoever rounds an input, or keeps answers under rounded inputs, gives both the same price.
        """
        numbers = [name for name, one in self.inputs.items() if is_number(one)]
        pairs = (self._step_in(base, name) for name in numbers for base in self.bases(bases))
        return [pair for pair in pairs if pair is not None]

    def contrasts(self, base: House) -> dict[str, House]:
        """For each input a house that differs from ``base`` in it alone, and in price."""
        price = self._model.figures(base)[0]
        found: dict[str, House] = {}
        for name, one in self.inputs.items():
            for value in values(one):
                other = {**base, name: value}
                if self._model.figures(other)[0] != price:
                    found[name] = other
                    break
        return found

    def _each_value(self, tried: dict[str, list[Value]], bases: int) -> Houses:
        return [
            {**base, name: value}
            for name, several in tried.items()
            for value in several
            for base in self.bases(bases)
        ]

    def _in_turn(self, name: str) -> list[Value]:
        """All choices of an input, or the ends of a number and some between, in any order."""
        one = self.inputs[name]
        if is_number(one):
            several = [*bounds(one), *(self._draw(name) for _ in range(BETWEEN))]
            return self._random.sample(several, len(several))
        several = values(one)
        common = {house[name] for house in self._known}
        return sorted(self._random.sample(several, len(several)), key=lambda v: v in common)

    def _draw(self, name: str) -> Value:
        one = self.inputs[name]
        if not is_number(one):
            return self._random.choice(values(one))
        low, high = bounds(one)
        drawn: float
        if self._random.random() < 0.2:
            drawn = self._random.choice([low, high])
        elif one["kind"] == "integer":
            drawn = self._random.randint(low, high)
        else:
            drawn = min(max(self._random.uniform(low, high), low), high)
        return drawn

    def _altered(self, house: House) -> dict[str, Value]:
        """``house`` with a few of its values drawn anew."""
        count = self._random.randint(0, min(4, len(self.inputs)))
        names = self._random.sample(list(self.inputs), count)
        return {**house, **{name: self._draw(name) for name in names}}

    def _climb(self, house: House, sign: int) -> Houses:
        """All houses met on the way up (or down, for -1), one input after the other."""
        best, met = dict(house), [dict(house)]
        top = sign * self._model.prices([best])[0]
        while True:
            before = top
            for name, one in self.inputs.items():
                tried = [{**best, name: value} for value in values(one)]
                met += tried
                prices = [sign * price for price in self._model.prices(tried)]
                if max(prices) > top:
                    top = max(prices)
                    best = tried[prices.index(top)]
            if top == before:
                return met

    def _step_in(self, base: House, name: str) -> tuple[House, House] | None:
        """Where, between two values of ``name``, the price changes: the last before, the first
        after."""
        one = self.inputs[name]

        def price(value: Value) -> float:
            return self._model.figures({**base, name: value})[0]

        tried = values(one)
        for low, high in pairwise(tried):
            if (at_low := price(low)) != price(high):
                while (middle := _between(one, low, high)) is not None:
                    low, high = (middle, high) if price(middle) == at_low else (low, middle)
                return {**base, name: low}, {**base, name: high}
        return None


def bounds(one: dict[str, Any]) -> tuple[Any, Any]:
    if one["kind"] == "integer":
        return math.ceil(one["minimum"]), math.floor(one["maximum"])
    return float(one["minimum"]), float(one["maximum"])


def _between(one: dict[str, Any], low: Any, high: Any) -> Any:
    """A value half-way, None when there is none."""
    middle = (low + high) // 2 if one["kind"] == "integer" else low + (high - low) / 2
    return middle if low < middle < high else None


def _numbers(one: dict[str, Any]) -> list[Value]:
    low, high = bounds(one)
    if one["kind"] == "integer":
        if high - low < SMALL:
            return list(range(low, high + 1))
        near = {low, low + 1, high - 1, high, 0, 1, int(one["default"])}
        spread = values(one, SPREAD)
    else:
        inside = math.nextafter(low, high), math.nextafter(high, low)
        near = {low, high, *inside, low + one["step"], high - one["step"], 0.0, one["default"]}
        spread = values(one, SPREAD)
    taken = {value for value in near if low <= value <= high} | set(spread)
    return sorted(taken)


def _levels(one: dict[str, Any]) -> list[Value]:
    """Values of one input that go into pairs: all choices, the ends of a number."""
    return list(bounds(one)) if is_number(one) else values(one)
