"""Requests to a service, and what it keeps of them: its log, its files, its metrics."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from harness.stack import diagnosis
from harness.stack.docker_cli import docker
from harness.stack.wait import wait_until
from harness.wire.raw_http import Wire
from tests.houses.api import BATCH, PriceApi, Value

LOG_TIMEOUT_S = 120.0
"""For a line that was written to be seen in the log. It judges nothing."""
HEADERS = {"Content-Type": "application/json"}
VARYING = ("time", "request_id", "duration_ms")
"""What of a line may differ between two requests that are alike but for their values."""
LENGTH, FULL_LENGTH = 5_000, 1_000_000
SLOW_S = 1.5
"""A request that takes as long is one that a log of slow requests would have."""
SHARES = (0.3183098861837907, 0.7071067811865476)
"""How far between its ends each number of a house lies: two houses with nothing in common."""

# Prints, for each file below the folders that can be written to, its name and what of it is text.
# One that goes meanwhile, as a database's journal does, is not kept.
FILES = """
import json, os, re, stat, sys
writable = [m.split()[4] for m in open("/proc/self/mountinfo") if m.split()[5].startswith("rw")]
skipped = ("/proc", "/sys", "/dev/mqueue", "/etc/")
found = {}
for place in writable:
    if not place.startswith(skipped):
        for folder, _, names in os.walk(place):
            for file in (os.path.join(folder, name) for name in names):
                try:
                    if stat.S_ISREG(os.lstat(file).st_mode):
                        content = open(file, "rb").read()
                        found[file] = re.sub(rb"[^ -~]+", b"\\n", content).decode()
                except FileNotFoundError:
                    continue
json.dump(found, sys.stdout)
"""


def send(address: str, requests: Sequence[bytes]) -> None:
    """Sends ``requests``, each on a connection of its own, and waits for the answers."""
    port = urlsplit(address).port
    assert port is not None
    for request in requests:
        with Wire(port) as wire:
            wire.send(request)
            wire.answer()


def send_slowly(address: str, request: bytes) -> None:
    """Sends a request whose last byte comes late, and waits for the answer."""
    port = urlsplit(address).port
    assert port is not None
    with Wire(port) as wire:
        wire.send(request[:-1])
        time.sleep(SLOW_S)  # a slow request is what is tried
        wire.send(request[-1:])
        wire.answer()


def begin(address: str, requests: Sequence[bytes], container: str, *, stay: bool) -> None:
    """Sends what there is of ``requests``, each on a connection of its own, and no more.

    Args:
        container: of the API, which has logged all of them in the end.
        stay: whether the client waits, or leaves at once.
    """
    port = urlsplit(address).port
    assert port is not None
    ids = [uuid4().hex for _ in requests]
    with ExitStack() as connections:
        for request, request_id in zip(requests, ids, strict=True):
            wire = connections.enter_context(Wire(port))
            head, mark, body = request.partition(b"\r\n\r\n")
            wire.send(head + f"\r\nX-Request-ID: {request_id}".encode() + mark + body)
        if not stay:
            connections.close()
        until_logged(container, ids)


def ask(api: PriceApi, house: dict[str, Value], name: str, prefix: str) -> None:
    """Asks for prices of ``house`` in every way, and has it refused in some.

    Bodies have one length, whatever the values are; those of a full batch too.
    """

    def padded(content: Any) -> bytes:
        body = json.dumps(content).encode()
        return body.ljust(LENGTH if len(body) <= LENGTH else FULL_LENGTH)

    for path, content in (
        ("/predict", house),
        ("/predict", {**house, name: None}),
        ("/predict", {key: house[key] for key in house if key != name}),
        ("/predict", {**house, "unknown": house[name]}),
        ("/predict", [house]),
        ("/predict/batch", {"houses": [house, house]}),
        ("/predict/batch", {"houses": [house, {**house, name: []}]}),
        ("/predict/batch", {"houses": house}),
        ("/predict/batch", {"houses": [house] * BATCH}),
        ("/predict/batch", {"houses": [house] * (BATCH - 1) + [{**house, name: []}]}),
    ):
        options = {"data": padded(content), "headers": {**HEADERS, "X-Request-ID": f"{prefix}-1"}}
        api.post(path, **options)


def log_up_to_now(container: str, address: str) -> list[str]:
    """What an API printed, once the line of a last request is there."""
    last = f"last-{uuid4().hex}"
    with PriceApi(address) as api:
        api.get("/schema", headers={"X-Request-ID": last})
    until_logged(container, [last])
    return diagnosis.log_of(container).splitlines()


def until_logged(container: str, request_ids: Sequence[str]) -> None:
    """Waits until an API has printed a line about each of these requests."""

    def missing() -> str | None:
        log = diagnosis.log_of(container)
        absent = [request_id for request_id in request_ids if request_id not in log]
        return f"{len(absent)} of {len(request_ids)} lines are not there" if absent else None

    wait_until(
        missing,
        what=f"{container} logs requests under their ids",
        seconds=LOG_TIMEOUT_S,
        hint="app/observe.py writes the line",
    )


def plain(lines: Sequence[str]) -> list[object]:
    """Log lines without what differs between any two requests."""
    shown: list[object] = []
    for line in lines:
        try:
            fields = json.loads(line)
        except ValueError:
            shown.append(line)
            continue
        shown.append({key: fields[key] for key in fields if key not in VARYING})
    return shown


def files_of(container: str) -> dict[str, str]:
    """Files in the places that the container's program may write to -> their text."""
    files: dict[str, str] = json.loads(docker("exec", container, "python", "-c", FILES))
    return files
