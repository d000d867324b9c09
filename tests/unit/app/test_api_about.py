"""What the API says of itself: the contract, the model, its health, its metrics, request ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.house import typical_house
from tests.unit.app import bundles
from tests.unit.app.live_api import Api, Live, running

HOUSE = typical_house(bundles.MIXED)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(bundles.write(tmp_path_factory.mktemp("about") / "bundle")) as live:
        yield live


@pytest.fixture
def client(live: Live) -> Iterator[Api]:
    with live.session() as client:
        yield client


def samples(client: Api) -> dict[tuple[str, str], float]:
    """Every sample of /metrics by its name and its labels."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_schema_is_the_contract_byte_for_byte(client: Api, live: Live) -> None:
    answer = client.get("/schema")
    assert answer.content == (live.service.bundle.path / "contract.json").read_bytes()
    assert answer.headers["content-type"] == "application/json"


def test_model_is_what_the_manifest_says(client: Api, live: Live) -> None:
    manifest = json.loads((live.service.bundle.path / "manifest.json").read_bytes())
    model = client.get("/model").json()
    assert model == {
        "name": "house-price",
        "version": "3",
        "run_id": "0123456789abcdef",
        "experiment_id": "1",
        "trained_at": manifest["created_at"],
        **{
            key: manifest[key]
            for key in (
                "dataset",
                "data_sha256",
                "contract_sha256",
                "git_commit",
                "coverage",
                "forward_coverage",
                "metrics",
                "libraries",
            )
        },
        "files": {name: entry["sha256"] for name, entry in manifest["files"].items()},
    }


def test_health_of_a_service_that_is_well(client: Api) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ok"}
    summary = client.get("/health").json()
    assert summary["status"] == "ok"
    assert summary["model"]["version"] == "3"
    assert summary["tracker"]["status"] == "not configured"


def test_not_ready_when_the_model_does_not_reproduce_its_golden_rows(
    client: Api, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tuple(
        row.model_copy(update={"price": row.price * 1.001})
        for row in live.service.bundle.golden.rows
    )
    monkeypatch.setattr(live.service.predictor, "_golden", rows)
    for path in ("/health/ready", "/health"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "golden row" in answer.json()["detail"]
    assert client.get("/health/live").status_code == 200


def test_not_ready_while_stopping(client: Api, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.service, "stopping", True)
    answer = client.get("/health/ready")
    assert (answer.status_code, "stopping" in answer.json()["detail"]) == (503, True)


@pytest.mark.parametrize("offered", ["a", "A.b_c-9", "x" * 64])
def test_a_sane_request_id_is_kept(client: Api, offered: str) -> None:
    answer = client.post("/predict", json=HOUSE, headers={"X-Request-ID": offered})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == offered


@pytest.mark.parametrize("offered", ["", "a b", "x" * 65, "é", 'a"b', "a;b", "<b>", "a,b"])
def test_any_other_request_id_is_replaced(client: Api, offered: str) -> None:
    headers = {"X-Request-ID": offered.encode("latin-1")}
    answer = client.get("/nowhere", headers=headers)
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_request_ids_differ(client: Api) -> None:
    assert len({client.get("/health/live").headers["x-request-id"] for _ in range(20)}) == 20


def test_metrics_count_requests_and_houses(client: Api) -> None:
    def delta(name: str, labels: str) -> float:
        return after.get((name, labels), 0) - before.get((name, labels), 0)

    before = samples(client)
    client.post("/predict", json=HOUSE)
    client.post("/predict", json={})
    client.post("/predict/batch", json={"houses": [HOUSE] * 5})
    client.get("/nowhere/1")
    client.get("/nowhere/2")
    client.request("BREW", "/predict")
    after = samples(client)
    requests = "http_requests_total"
    assert delta(requests, "method=POST,route=/predict,status=200") == 1
    assert delta(requests, "method=POST,route=/predict,status=422") == 1
    assert delta(requests, "method=POST,route=/predict/batch,status=200") == 1
    assert delta(requests, "method=GET,route=unmatched,status=404") == 2
    assert delta(requests, "method=OTHER,route=/predict,status=405") == 1
    assert delta("predicted_houses_total", "") == 6
    assert delta("http_request_duration_seconds_count", "route=/predict") == 3
    info = "dataset=mixed,name=house-price,run_id=0123456789abcdef,version=3"
    assert after[("model_info", info)] == 1


def test_no_server_header_no_cors_no_sniffing(client: Api) -> None:
    for path in ("/schema", "/nowhere", "/docs"):
        headers = client.get(path, headers={"Origin": "http://evil.example"}).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers
        assert not [name for name in headers if name.startswith("access-control-")]
