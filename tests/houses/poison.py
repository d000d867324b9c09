"""Rows changed on purpose, so that whatever has seen them gives itself away.

The rows that are changed were judged by three models that must not have seen them: the model of one
fold, that of the earlier sales, and the served one. Those three must stay as they were to the last
bit; one training is enough to tell.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.houses.invented_flats import (
    CHEAP,
    CONDITIONS,
    DISTRICTS,
    RANGES,
    Flat,
    straight_price,
)
from tests.houses.predictions import Predictions

TIMES, DEAREST_TIMES = 10, 1000
TINY = 1 + 1e-9
"""Less than any rounding of a price to its smallest coin would leave."""


@dataclass(frozen=True)
class Plan:
    """Which rows are changed, counted from 1 as in the CSV.

    Attributes:
        fold: the fold whose model must not have seen them.
        prices: their prices are changed, and nothing else.
        inputs: their prices and all of their inputs are changed.
        dearest: one of ``prices``; its price is above all others by far.
        cheapest: the sale far below all others; its price is changed by :func:`nudged` only.
        held_out: all rows that the served model must not have seen.
    """

    fold: int
    prices: tuple[int, ...]
    inputs: tuple[int, ...]
    dearest: int
    cheapest: int
    held_out: tuple[int, ...]

    @classmethod
    def of(cls, predictions: Predictions, rows: Sequence[Flat]) -> Plan:
        """Args: what a training said of ``rows``."""
        cheapest = next(row for row, flat in enumerate(rows, 1) if flat.listing == CHEAP)
        fold_of = {line.row: line.fold for line in predictions.of("cv")}
        fold = next(fold for fold in predictions.folds if fold != fold_of[cheapest])
        held_out = predictions.of("holdout").rows
        unseen = set(predictions.of("forward").rows) & set(held_out)
        changed = sorted(row for row in unseen if fold_of[row] == fold)
        assert len(changed) >= 20, "too few sales were judged by all three models"
        prices, inputs = changed[::2], changed[1::2]
        dearest = max(prices, key=lambda row: rows[row - 1].price)
        return cls(fold, tuple(prices), tuple(inputs), dearest, cheapest, tuple(held_out))


def poisoned(rows: Sequence[Flat], plan: Plan) -> list[Flat]:
    """``rows`` with prices far above all others, and other inputs, where ``plan`` says."""
    changed = list(rows)
    for row in (*plan.prices, *plan.inputs):
        flat = rows[row - 1]
        times = DEAREST_TIMES if row == plan.dearest else TIMES
        changed[row - 1] = replace(flat, price=round(flat.price * times, 2))
    for row in plan.inputs:
        flat = changed[row - 1]
        changed[row - 1] = replace(
            flat,
            # The farther end, which no sale had before.
            numbers={
                name: low if number > (low + high) / 2 else high
                for name, number in flat.numbers.items()
                for low, high in [RANGES[name]]
            },
            district=DISTRICTS[DISTRICTS.index(flat.district) - 1],
            condition=CONDITIONS[CONDITIONS.index(flat.condition) - 1],
            lift=not flat.lift,
        )
    return changed


def deflated(rows: Sequence[Flat], plan: Plan) -> list[Flat]:
    """``rows`` with prices far below all others where ``plan`` says.

    A training that keeps what errs least on held-out rows keeps what predicts most if they are
    poisoned, and what predicts least if they are deflated.
    """
    changed = list(rows)
    for row in (*plan.prices, *plan.inputs):
        flat = rows[row - 1]
        changed[row - 1] = replace(flat, price=round(flat.price / TIMES, 2))
    return changed


def straightened(rows: Sequence[Flat], plan: Plan) -> list[Flat]:
    """``rows`` with prices on a straight line where they are held out from the served model.

    A training that weighs its models by what they err there would hear of the linear one only.
    """
    changed = list(rows)
    for row in plan.held_out:
        flat = rows[row - 1]
        changed[row - 1] = replace(flat, price=round(straight_price(flat), 2))
    return changed


def nudged(rows: Sequence[Flat], plan: Plan) -> list[Flat]:
    """``rows`` with the dearest and the cheapest price a tiny bit higher."""
    changed = list(rows)
    for row in (plan.dearest, plan.cheapest):
        flat = rows[row - 1]
        changed[row - 1] = replace(flat, price=flat.price * TINY)
    return changed


def shuffled(rows: Sequence[Flat]) -> list[Flat]:
    """``rows`` with the prices of the usable ones dealt out anew: nothing explains them."""
    usable = [index for index, flat in enumerate(rows) if flat.why_dropped is None]
    prices = [rows[index].price for index in usable]
    random.Random(1).shuffle(prices)  # the same for everyone, no secret
    changed = list(rows)
    for index, price in zip(usable, prices, strict=True):
        changed[index] = replace(rows[index], price=price)
    return changed
