"""What the API was configured with and nobody may read: the password in its tracker's address."""

from __future__ import annotations

from uuid import uuid4

import pytest

from harness.stack import diagnosis
from harness.stack.running import ComposeStack
from harness.stack.sidecars import running_sidecar
from harness.stack.wait import wait_until
from tests.houses.altered import API_PORT
from tests.houses.api import PriceApi, Value
from tests.houses.containers import WORKER
from tests.integration.origins import paths_of

pytestmark = pytest.mark.containers

NOTICE_TIMEOUT_S = 60.0  # it asks its tracker when it starts


@pytest.mark.check("edges.tracker-password")
@pytest.mark.parametrize("host", ["mlflow:5555", "no-such-host:5555", "mlflow:1", "mlflow:port"])
def test_the_password_of_the_tracker_is_in_no_answer_and_no_log(
    compose_stack: ComposeStack, house: dict[str, Value], host: str
) -> None:
    """Whether the tracker can be reached or not: an error often quotes the whole address."""
    user, password = f"user{uuid4().hex}", f"secret{uuid4().hex}"
    with running_sidecar(
        compose_stack,
        "fastapi",
        name=f"secret-api-{WORKER}",
        port=API_PORT,
        variables={"MLFLOW_TRACKING_URI": f"http://{user}:{password}@{host}", "LOG_LEVEL": "DEBUG"},
    ) as sidecar:
        with PriceApi(sidecar.address) as api:

            def problem() -> str | None:
                tracker = api.get("/health").json()["tracker"]
                return "it has not asked" if tracker["detail"] == "not asked yet" else None

            wait_until(
                problem,
                what="the API has asked its tracker",
                seconds=NOTICE_TIMEOUT_S,
                hint="GET /health shows what its last question gave",
            )
            answers = [api.get(path) for path in paths_of(api)]
            answers += [api.post("/predict", json=house), api.post("/predict", json={})]
            for answer in answers:
                said = f"{answer.headers}{answer.text}"
                assert password not in said, f"{answer.request.path_url} tells the password"
                assert user not in said, f"{answer.request.path_url} tells the user"
        log = diagnosis.log_of(sidecar.name)
    assert password not in log, "the log tells the password"
    assert user not in log, "the log tells the user"
