"""Why a stack is not well, by the name of the service and of the cause."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from harness.errors import NotInTimeError
from harness.stack.docker_cli import docker, lines, run, tail

LOG_LINES = 30
LOOP = 2  # restarts: one may be bad luck
# Labels by which compose itself knows its containers.
SERVICE = "com.docker.compose.service"
PROJECT = "com.docker.compose.project"
SIDECAR = "com.docker.compose.oneoff"
# What the engine or the builder says -> what it means for a person.
_MEANINGS = {
    "port is already allocated": "a host port is taken (ss -ltnp shows by whom); run it again",
    "address already in use": "a host port is taken (ss -ltnp shows by whom); run it again",
    "is already in use by container": "a container has a fixed name that another one has "
    "(drop container_name from the compose file)",
    "no space left on device": "the disk is full (docker system df shows what can go)",
    "pull access denied": "an image cannot be pulled (make up prepares the base images)",
    "failed to resolve source metadata": "an image cannot be pulled (make up prepares them)",
    "failed to solve": "an image cannot be built, see below",
}


Container = dict[str, Any]
"""What ``docker inspect`` says of one."""


@dataclass(frozen=True)
class Diagnosis:
    """The causes in one line, and what the ailing services printed last."""

    causes: str
    evidence: str


def diagnose(
    project: str, said: str = "", ends: Mapping[str, str] = MappingProxyType({})
) -> Diagnosis:
    """Looks at the containers of ``project``.

    Args:
        project: of compose.
        said: what the failed command said, if any did.
        ends: service -> how it ended before it was started again. Its container does not tell, and
        may only say that it is starting; then this is the cause.
    """
    causes = [next((meaning for sign, meaning in _MEANINGS.items() if sign in said), "")]
    evidence, untold = [], dict(ends)
    for container in containers(project):
        trouble = what_ails(container)
        # One that was created and not started waits for another, which is the cause.
        if trouble is None or container["State"]["Status"] == "created":
            continue
        service = service_of(container)
        if _is_starting(container):
            trouble = untold.pop(service, trouble)
        causes.append(f"{service} {trouble}")
        evidence.append(last_lines(container))
    causes += [f"{service} {how}" for service, how in untold.items()]
    known = "; ".join(filter(None, causes))
    return Diagnosis(known or "no service says why, see below", "\n".join(evidence))


def service_of(container: Container) -> str:
    name: str = container["Config"]["Labels"][SERVICE]
    return name


def last_lines(container: Container) -> str:
    """What it printed last, under a title."""
    printed = tail(log_of(container["Id"]), LOG_LINES) or "(it printed nothing)"
    return f"--- the last lines of {service_of(container)} ---\n{printed}"


def containers(project: str) -> list[Container]:
    """``docker inspect`` of every service's container, also of those that ended."""
    wanted = f"label={PROJECT}={project}", f"label={SIDECAR}=False"
    filters = [word for label in wanted for word in ("--filter", label)]
    ids = lines(docker("ps", "--all", "--quiet", *filters))
    found: list[Container] = json.loads(docker("inspect", *ids)) if ids else []
    return found


def inspect(container: str) -> Container:
    found: Container = json.loads(docker("inspect", container))[0]
    return found


def what_ails(container: Container) -> str | None:
    """What is wrong with a container (``docker inspect``), in a few words; None when it is well."""
    state, restarts = container["State"], container["RestartCount"]
    health = state.get("Health") or {}
    if state.get("OOMKilled"):
        return out_of_memory(container)
    if state["Restarting"] or (restarts >= LOOP and health.get("Status") != "healthy"):
        return f"ends again and again (crash loop, {restarts} restarts)"
    if state["Status"] == "exited" and not state["ExitCode"] and not is_restarted(container):
        return None  # its job is done
    if state["Status"] != "running":
        error = f": {state['Error']}" if state.get("Error") else ""
        return f"is {state['Status']} with exit code {state['ExitCode']}{error}"
    if health and health["Status"] != "healthy":
        probes = health.get("Log") or [{"Output": "its probe has not run yet"}]
        return f"is {health['Status']}: {tail(probes[-1]['Output'], 1)}"
    return None


def _is_starting(container: Container) -> bool:
    """Whether it runs and was not found well or unwell yet."""
    state = container["State"]
    health = state.get("Health") or {}
    return state["Status"] == "running" and health.get("Status") == "starting"


def out_of_memory(container: Container) -> str:
    limit = container["HostConfig"]["Memory"] // 2**20
    return f"was killed for want of memory (its limit is {limit} MiB)"


def is_restarted(container: Container) -> bool:
    """Whether the engine starts it again when it ends."""
    return container["HostConfig"]["RestartPolicy"]["Name"] not in ("", "no")


def give_up(container: Container, restarts: int) -> None:
    """Raises NotInTimeError where an ailing container will not get well by itself.

    ``restarts`` is how many it had when the waiting began.
    """
    state = container["State"]
    ended = state["Status"] in ("exited", "dead") or state.get("OOMKilled", False)
    if ended or container["RestartCount"] >= restarts + LOOP:
        ails = what_ails(container) or "was started again more than once"
        said = f"{service_of(container)} {ails}, and waiting does not help"
        raise NotInTimeError(f"{said}\n{last_lines(container)}")


def log_of(container: str, *options: str, times: bool = False) -> str:
    """What a container printed, both streams in one, with ``times`` each line with its time."""
    done = run(["docker", "logs", "--timestamps", *options, container], check=False)
    printed = sorted(lines(done.stdout) + lines(done.stderr))  # the time comes first
    return "\n".join(printed if times else (line.partition(" ")[2] for line in printed))
