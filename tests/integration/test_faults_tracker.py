"""Something that is not MLflow answers in its place, for a while: a proxy's page, half an answer.

The API asks it, gets nonsense of one kind after the other, and must know of MLflow once it is back.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from harness.stack import diagnosis
from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar, running_sidecar
from harness.stack.wait import wait_until
from tests.houses.api import PriceApi, Value
from tests.houses.containers import WORKER

pytestmark = pytest.mark.containers

API_PORT, TRACKER_PORT = 8000, 5555
SILENCE_TIMEOUT_S = 60.0
"""Without a question to the tracker. It guards against a hang: the API asks every ten seconds."""

# What each kind of nonsense is, as it goes over the wire.
NONSENSE = {
    "a page of HTML": "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<h1>Hi!</h1>",
    "a list": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "bytes that are no text": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe",
    "a list in a list and so on": "HTTP/1.1 200 OK\r\n\r\n" + "[" * 50_000,
    "half an answer": 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"experim',
    "what is not HTTP": "SSH-2.0-OpenSSH_9.9\r\n",
    "no answer": "",
}
# Answers each connection with the next of these, prints its number, and then answers as MLflow.
PROGRAM = """
import json, socket, sys
port, answers = int(sys.argv[1]), json.loads(sys.argv[2])
good = "HTTP/1.1 200 OK\\r\\nContent-Length: 19\\r\\n\\r\\n" + '{"experiments": []}'
listening = socket.create_server(("", port))
given = 0
while True:
    connection, _ = listening.accept()
    with connection:
        connection.settimeout(5)
        head = connection.recv(65536)
        if head.startswith(b"GET /up "):
            connection.sendall(good.encode())
            continue
        connection.sendall((answers[given] if given < len(answers) else good).encode("latin-1"))
        given += 1
        print(given, flush=True)
"""


@pytest.fixture
def stub(compose_stack: ComposeStack) -> Iterator[Sidecar]:
    answers = json.dumps(list(NONSENSE.values()))
    with running_sidecar(
        compose_stack,
        "fastapi",
        probe_path="/up",
        name=f"no-mlflow-{WORKER}",
        port=TRACKER_PORT,
        command=["python", "-c", PROGRAM, str(TRACKER_PORT), answers],
    ) as sidecar:
        yield sidecar


@pytest.mark.check("faults.tracker-nonsense")
def test_an_api_that_was_told_nonsense_by_its_tracker_predicts_and_finds_it_later(
    compose_stack: ComposeStack, stub: Sidecar, house: dict[str, Value]
) -> None:
    variables = {"MLFLOW_TRACKING_URI": f"http://{stub.name}:{TRACKER_PORT}"}
    with (
        running_sidecar(
            compose_stack,
            "fastapi",
            name=f"told-nonsense-{WORKER}",
            port=API_PORT,
            variables=variables,
        ) as sidecar,
        PriceApi(sidecar.address) as api,
    ):
        price, statuses, last = api.predict(house).figures, set(), (0, time.monotonic())

        def problem() -> str | None:
            nonlocal last
            status = api.get("/health").json()["tracker"]["status"]
            if status == "reachable":
                return None
            statuses.add(status)
            assert api.predict(house).figures == price
            if (count := len(given(stub))) > last[0]:
                last = count, time.monotonic()
            got = list(NONSENSE)[count - 1] if 0 < count <= len(NONSENSE) else "an answer"
            silent_s = time.monotonic() - last[1]
            assert silent_s < SILENCE_TIMEOUT_S, f"it asks its tracker no more since it got {got}"
            return f"it says {status} and was told {got}"

        wait_until(
            problem,
            what="the API says that MLflow is reachable",
            seconds=SILENCE_TIMEOUT_S * (1 + len(NONSENSE)),
            hint="app/tracker.py asks every ten seconds",
            pause=0.5,
        )

        asked = len(given(stub))
        assert asked > len(NONSENSE), f"reachable, it says, after {list(NONSENSE)[asked - 1]}"
    assert statuses == {"unreachable"}


def given(stub: Sidecar) -> list[str]:
    """The answers that the stub gave so far, by their numbers."""
    return [line for line in diagnosis.log_of(stub.name).splitlines() if line.isdigit()]
