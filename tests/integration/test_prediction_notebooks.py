"""The model of the notebooks and the model that is served are one, also where no sale has been.

Training compares the two on its own rows. Whoever explores the model asks for other houses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.verdict.checks import Figures, does_not_apply
from tests.houses.bundle import Bundle
from tests.houses.domain import Domain

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

FILES = ("preprocessor.joblib", "model.joblib")
AGREEMENT = 1e-6
"""Relative; what arithmetic in another order may make of a price."""


@pytest.mark.check("domain.notebooks")
def test_the_model_of_notebooks_gives_the_served_price_all_over_the_domain(
    bundle: Bundle, local_model: LocalModel, domain: Domain, figure: Figures
) -> None:
    import joblib  # with all that it loads, seconds that only this check needs
    import pandas as pd

    if not set(FILES) <= bundle.manifest["files"].keys():
        does_not_apply("the bundle holds no model for notebooks")
    dearest, cheapest = domain.extremes(500)
    houses = domain.choices(4) + domain.numbers(4) + domain.pairs() + domain.drawn(2_000)
    houses += dearest + cheapest
    preprocessor, model = (joblib.load(bundle.folder / name) for name in FILES)

    served = np.array(local_model.prices(houses))
    columns = preprocessor.transform(pd.DataFrame(houses, columns=list(domain.inputs)))
    apart = np.abs(model.predict(columns) / served - 1)

    figure("houses compared", len(houses))
    worst = int(np.nanargmax(apart)) if not np.isnan(apart).all() else 0
    assert (apart <= AGREEMENT).all(), (
        f"{FILES[1]} and model.onnx have other prices for {int((~(apart <= AGREEMENT)).sum()):,} "
        f"houses: by {apart[worst]:.1%} for {houses[worst]}"
    )
