"""A sidecar: one more container of a service, with other files or another program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.stack import diagnosis
from harness.stack.diagnosis import inspect
from harness.stack.docker_cli import docker
from harness.stack.ports import free_ports
from harness.stack.running import STARTUP_TIMEOUT_S, ComposeStack
from harness.stack.wait import listens, probe, wait_until_answers


@dataclass(frozen=True)
class Sidecar:
    """Where the container answers: to this machine, and by name to the stack's other containers."""

    address: str
    name: str


@contextmanager
def running_sidecar(
    stack: ComposeStack,
    service: str,
    *,
    name: str,
    port: int,
    volumes: Mapping[Path, str] | None = None,
    variables: Mapping[str, str] | None = None,
    command: Sequence[str] = (),
    probe_path: str | None = None,
) -> Iterator[Sidecar]:
    """Runs one more container of ``service``; image, limits and user are as in the compose file.

    Args:
        stack: in whose network it runs; its own container of the service is not touched.
        service: which one of the compose file; its probe must answer before this is usable.
        name: of the container, after that of the stack.
        port: that the service listens on in its container.
        volumes: folder on this machine -> folder in the container, for reading only.
        variables: environment of the container, beyond that in the compose file.
        command: instead of that of the image.
        probe_path: that answers 200 when it is usable; by default that of ``service``.

    Raises:
        HarnessError: it did not start or does not answer.
    """
    full_name = f"{stack.plan.name}-{name}"
    [published] = free_ports(1)
    options = ["--detach", "--no-deps", "--name", full_name]
    options += ["--publish", f"127.0.0.1:{published}:{port}"]
    for source, target in (volumes or {}).items():
        options += ["--volume", f"{source}:{target}:ro"]
    for key, value in (variables or {}).items():
        options += ["--env", f"{key}={value}"]
    # Nobody asks the engine for the health of this one.
    quiet = stack.plan.override.with_name(f"{full_name}.json")
    quiet.write_text(json.dumps({"services": {service: {"healthcheck": {"disable": True}}}}))
    log = stack.plan.logs / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        stack.compose.with_file(quiet).ask("run", *options, service, *command)
        sidecar = Sidecar(f"http://127.0.0.1:{published}", full_name)
        path = probe_path or stack.plan.layout.probes.get(service)
        address = sidecar.address + (path or "")
        asked = probe(address) if path else listens(address)
        look = partial(inspect, full_name)
        wait_until_answers(name, address, asked, look, STARTUP_TIMEOUT_S)
        yield sidecar
    finally:
        log.write_text(diagnosis.log_of(full_name, times=True))
        docker("rm", "--force", "--volumes", full_name, check=False)
