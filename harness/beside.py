"""A second container of a service, beside the stack's own, with another environment or files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness import diagnosis
from harness.docker_cli import docker, lines
from harness.layout import Service
from harness.ports import free_ports
from harness.stack import SOON, ComposeStack, probe
from harness.wait import wait_until


@contextmanager
def running_beside(
    stack: ComposeStack,
    service: Service,
    *,
    port: int,
    name: str,
    volumes: Mapping[Path, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The address of one more container of ``service``, in the network of ``stack``.

    Args:
        stack: keeps its own container of the service.
        service: image, limits and health are as in the compose file.
        port: that the service listens on in its container.
        name: by which other containers of the stack reach it.
        volumes: folder on this machine -> folder in the container, to be read only.
        variables: environment of the container, beyond that in the compose file.
    """
    [published] = free_ports(1)
    options = ["--detach", "--no-deps", "--name", f"{stack.plan.name}-{name}"]
    options += ["--publish", f"127.0.0.1:{published}:{port}"]
    for source, target in (volumes or {}).items():
        options += ["--volume", f"{source}:{target}:ro"]
    for key, value in (variables or {}).items():
        options += ["--env", f"{key}={value}"]
    container = lines(stack.compose.ask("run", *options, service.name).stdout)[-1]
    address = f"http://127.0.0.1:{published}"
    try:
        wait_until(
            lambda: _ended(container) or probe(address + service.probe)(),
            what=f"{address} answers",
            seconds=SOON,
            hint=f"what it printed is in {stack.plan.logs / name}.log",
        )
        yield address
    finally:
        stack.plan.logs.mkdir(parents=True, exist_ok=True)
        (stack.plan.logs / f"{name}.log").write_text(diagnosis.log_of(container, times=True))
        docker("rm", "--force", "--volumes", container)
