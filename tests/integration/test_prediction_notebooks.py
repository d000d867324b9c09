"""The model of the notebooks and the model that is served are one, also where no sale has been.

Training compares the two on its own rows. Whoever explores the model asks for other houses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness.verdict.checks import Figures, does_not_apply
from tests.e2e.inputs import choices_of
from tests.houses.api import House
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
    import pandas as pd

    preprocessor, model = models_of_notebooks(bundle)
    dearest, cheapest = domain.extremes(500)
    houses = domain.choices(4) + domain.numbers(4) + domain.pairs() + domain.drawn(2_000)
    houses += dearest + cheapest

    served = np.array(local_model.prices(houses))
    columns = preprocessor.transform(pd.DataFrame(houses, columns=list(domain.inputs)))
    apart = np.abs(model.predict(columns) / served - 1)

    figure("houses compared", len(houses))
    worst = int(np.nanargmax(apart)) if not np.isnan(apart).all() else 0
    assert (apart <= AGREEMENT).all(), (
        f"{FILES[1]} and model.onnx have other prices for {int((~(apart <= AGREEMENT)).sum()):,} "
        f"houses: by {apart[worst]:.1%} for {houses[worst]}"
    )


@pytest.mark.check("domain.unlisted")
def test_no_model_has_a_price_for_a_choice_that_nobody_taught_it(
    bundle: Bundle, local_model: LocalModel, domain: Domain, house: House
) -> None:
    """The API refuses such a house before. Whoever runs the bundle's files alone has no API."""
    import pandas as pd

    preprocessor, _ = models_of_notebooks(bundle)
    for name, one in choices_of(domain.inputs).items():
        first, last = one["choices"][0], one["choices"][-1]
        for unlisted in {"", f"{first} ", f"{last} ", "Nowhere"} - set(one["choices"]):
            odd = {**house, name: unlisted}
            assert local_model.refuses(odd), f"model.onnx has a price for {name} {unlisted!r}"
            with pytest.raises(ValueError, match="unknown categories"):
                preprocessor.transform(pd.DataFrame([odd], columns=list(domain.inputs)))


def models_of_notebooks(bundle: Bundle) -> list[Any]:
    """What turns a table of houses into columns, and what turns those into prices."""
    import joblib  # with all that it loads, seconds that only these checks need

    if not set(FILES) <= bundle.manifest["files"].keys():
        does_not_apply("the bundle holds no model for notebooks")
    return [joblib.load(bundle.folder / name) for name in FILES]
