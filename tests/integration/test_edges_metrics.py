"""Nothing of a request stays behind in a metric."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from harness.stack.sidecars import Sidecar
from harness.verdict.checks import Figures
from tests.houses.api import PriceApi
from tests.houses.marks import found, marked_house, revealing
from tests.integration.watched import SHARES, ask, send

pytestmark = pytest.mark.containers


def figures_of(api: PriceApi) -> dict[str, float]:
    """The API's metrics, but for those of time and of the process."""
    families = text_string_to_metric_families(api.get("/metrics").text)
    return {
        f"{sample.name} {sorted(sample.labels.items())}": sample.value
        for family in families
        if "seconds" not in family.name and not family.name.startswith("process_")
        for sample in family.samples
    }


@pytest.mark.check("edges.metrics-house")
def test_the_metrics_grow_by_the_same_for_any_two_houses(
    talkative: Sidecar, schema: dict[str, Any], figure: Figures
) -> None:
    name, growth = schema["inputs"][0]["name"], []
    with PriceApi(talkative.address) as api:
        for share in (SHARES[0], *SHARES):  # the first makes the series that are not there yet
            before = figures_of(api)
            ask(api, marked_house(schema["inputs"], share), name, uuid4().hex)
            after = figures_of(api)
            growth.append({key: after[key] - before.get(key, 0.0) for key in after})

    assert growth[1] == growth[2], "a metric depends on the values of the house"
    figure("metrics", len(growth[1]), at_least=5)


@pytest.mark.check("edges.metrics")
def test_no_value_of_a_request_is_in_a_metric_and_none_makes_a_new_one(
    talkative: Sidecar, schema: dict[str, Any], figure: Figures
) -> None:
    inputs, name = schema["inputs"], schema["inputs"][0]["name"]
    series = []
    with PriceApi(talkative.address) as api:
        for share in SHARES:
            requests = revealing(inputs)
            ask(api, marked_house(inputs, share), name, uuid4().hex)
            send(talkative.address, [request for _, request in requests])
            text = api.get("/metrics").text
            assert found([mark for mark, _ in requests], text) == []
            series.append({line.rpartition(" ")[0] for line in text.splitlines()})
        figure("series", len(series[0]), at_least=10)

    new = {line for line in series[1] - series[0] if '"/metrics"' not in line}
    assert new == set(), "each house or address makes a series of its own"
