"""Prices: the right ones, bit for bit, alone and in a batch, for contracts of every shape."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.bundle import verify
from app.contract import Input, Kind
from app.house import house_model, typical_house
from app.predictor import OUTPUTS, PredictionError, Predictor
from tests.unit.app import bundles
from tests.unit.app.live_api import Api, running

HOUSES = bundles.houses(bundles.MIXED, 60, seed=7)


@pytest.fixture(scope="module", params=bundles.CONTRACTS.values(), ids=list(bundles.CONTRACTS))
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    bundle = bundles.write(tmp_path_factory.mktemp("api") / "bundle", request.param)
    with running(bundle) as live, live.session() as client:
        yield client, live.service


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    bundle = bundles.write(tmp_path_factory.mktemp("mixed") / "bundle")
    with running(bundle) as live, live.session() as client:
        yield client


def by_hand(house: dict[str, Any]) -> float:
    """The formula of the test model in plain Python, for a mixed house."""
    position = {
        "area": (house["area"] - 20) / 380,
        "plot": house["plot"] / 12.5,
        "quarter": ("Old Town", "Île aux Fleurs", "O'Hara & Sons", "東").index(house["quarter"])
        / 3,
        "state": ("Poor", "Fair", "Good").index(house["state"]) / 2,
        "garden": float(house["garden"]),
        "balance": (house["balance"] + 1.5) / 3,
    }
    return math.exp(11 + sum(0.3 / n * p for n, p in enumerate(position.values(), 1)))


def test_the_price_is_the_model_s(mixed: Api) -> None:
    for house in HOUSES:
        answer = mixed.post("/predict", json=house).json()
        assert answer["price"] == pytest.approx(by_hand(house), rel=1e-7)
        assert answer["lower"] == pytest.approx(0.8 * answer["price"])
        assert answer["upper"] == pytest.approx(1.2 * answer["price"])


def test_golden_rows_come_back_bit_for_bit(api: Any) -> None:
    client, service = api
    for row in service.bundle.golden.rows:
        answer = client.post("/predict", json=row.inputs).json()
        assert [answer[name] for name in OUTPUTS] == [getattr(row, name) for name in OUTPUTS]


def test_a_batch_equals_singles_bit_for_bit(api: Any) -> None:
    client, service = api
    houses = bundles.houses(service.bundle.contract, 257, seed=3)
    batch = client.post("/predict/batch", json={"houses": houses}).json()["predictions"]
    singles = [client.post("/predict", json=house).json() for house in houses]
    keys = (*OUTPUTS, "warnings", "inputs")
    assert batch == [{key: one[key] for key in keys} for one in singles]


def test_rows_computed_together_would_differ(tmp_path: Path) -> None:
    """Why batches are computed one by one: this stops being true, or the reason does."""
    bundle = verify(bundles.write(tmp_path / "bundle"))
    predictor = Predictor(bundle)
    houses = bundles.houses(bundle.contract, 257, seed=3)
    feeds = {
        field.name: np.array(
            [[house[field.name]] for house in houses],
            {Kind.CHOICE: object, Kind.YES_NO: bool}.get(field.kind, float),
        )
        for field in bundle.contract.inputs
    }
    together = predictor._session.run(["price"], feeds)[0].ravel().tolist()
    alone = [estimate.price for estimate in predictor.predict(houses)]
    assert together == pytest.approx(alone, rel=1e-12)
    assert together != alone


def test_the_answer_says_who_answered_and_what_was_used(mixed: Api) -> None:
    house = {"area": 95.0, "plot": 1, **{k: HOUSES[0][k] for k in ("quarter", "state", "garden")}}
    house["balance"] = 0
    answer = mixed.post("/predict", json=house, headers={"X-Request-ID": "mine-1"}).json()
    assert {key: answer[key] for key in set(answer) - {*OUTPUTS, "inputs"}} == {
        "coverage": 0.9,
        "forward_coverage": None,
        "currency": "EUR",
        "model_version": "3",
        "request_id": "mine-1",
        "warnings": [],
    }
    assert answer["inputs"] == house
    assert list(answer["inputs"]) == bundles.MIXED.names
    assert isinstance(answer["inputs"]["area"], int)  # 95.0 is an integer, and is used as one


def test_the_order_of_keys_and_white_space_change_nothing(mixed: Api) -> None:
    house = HOUSES[0]
    plain = mixed.post("/predict", json=house).json()
    turned = json.dumps(dict(reversed(house.items())), indent=3)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    again = mixed.post("/predict", data=turned, headers=headers).json()
    assert {**again, "request_id": None} == {**plain, "request_id": None}


def test_the_typical_house_is_accepted(api: Any) -> None:
    client, service = api
    typical = typical_house(service.bundle.contract)
    assert client.post("/predict", json=typical).status_code == 200


@pytest.mark.parametrize(("count", "status"), [(0, 422), (1, 200), (1000, 200), (1001, 422)])
def test_how_many_houses_a_batch_has(mixed: Api, count: int, status: int) -> None:
    answer = mixed.post("/predict/batch", json={"houses": HOUSES[:1] * count})
    assert answer.status_code == status
    if status == 200:
        assert len(answer.json()["predictions"]) == count
    else:
        assert "1 to 1,000" in answer.json()["detail"]


@pytest.mark.parametrize("contract", bundles.CONTRACTS.values(), ids=bundles.CONTRACTS)
def test_the_request_model_takes_what_the_contract_takes(contract: Any) -> None:
    """The two are written apart; here they are compared on anything that JSON can say."""
    model = house_model(contract)
    house = typical_house(contract)

    def accepted(field: Input, value: object) -> bool:
        try:
            model.model_validate({**house, field.name: value})
        except ValidationError:
            return False
        return True

    near = [bound for field in contract.inputs for bound in (field.minimum, field.maximum) if bound]
    numbers = st.sampled_from([0, *near]).flatmap(
        lambda n: st.sampled_from([n, int(n), n - 1e-9, n + 1e-9, int(n) - 1, int(n) + 1, -n])
    )
    choices = st.sampled_from([c for field in contract.inputs for c in field.choices or ("x",)])
    values = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        numbers,
        choices,
        choices.map(str.upper),
        st.text(max_size=3),
        st.just([]),
        st.just({}),
        st.just(-0.0),
        st.just(10**400),
    )

    @given(field=st.sampled_from(contract.inputs), value=values)
    def agree(field: Input, value: object) -> None:
        assert accepted(field, value) == field.accepts(value)

    agree()


@pytest.mark.parametrize(
    "answer",
    [
        (math.nan, 1.0, 2.0),
        (math.inf, 1.0, math.inf),
        (1.0, -math.inf, 2.0),
        (3.0, 1.0, 2.0),
        (0.5, 1.0, 2.0),
    ],
)
def test_an_answer_that_is_no_price_is_never_served(
    tmp_path: Path, answer: tuple[float, ...], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def run(self, *_: object) -> list[Any]:
            return [np.array([[value]]) for value in answer]

    with running(bundles.write(tmp_path / "bundle")) as live, live.session() as client:
        service = live.service
        service.predictor._session = Broken()
        with pytest.raises(PredictionError):
            service.predictor.predict(HOUSES[:1])
        for path, body in (("/predict", HOUSES[0]), ("/predict/batch", {"houses": HOUSES[:2]})):
            response = client.post(path, json=body)
            assert response.status_code == 500
            assert response.headers["content-type"] == "application/problem+json"
            assert "price" not in response.text
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200
    assert "the request failed" in caplog.text
    assert "PredictionError" in caplog.text
