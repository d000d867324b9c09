"""What a test does to a running container from outside, where compose has no verb for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import HarnessError
from harness.stack.docker_cli import docker
from harness.stack.wait import wait_until

EXIT_SEEN_TIMEOUT_S = 60.0
"""For the engine to see that a process ended."""


def crash(name: str, container: Mapping[str, Any], labels: Mapping[str, str]) -> None:
    """Kills the main process of a container; returns when the engine has seen it end.

    Its restart policy then applies, as it does not after ``docker kill``, a person's wish.

    Args:
        name: of the service, for messages.
        container: ``docker inspect`` of it.
        labels: of the short-lived container that does it, so that it too is found if it is left.
    """
    pid = container["State"]["Pid"]
    if not pid:
        raise HarnessError(f"{name} does not run, so it cannot crash")
    # The kernel shields a container's first process from the others inside it. On the host, that
    # takes root, and the engine may run elsewhere. A container that sees all processes can kill it.
    options = ["--rm", "--pull", "never", "--network", "none", "--user", "0", "--privileged"]
    options += ["--pid", "host", "--userns", "host", "--entrypoint", "sh"]
    options += [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    docker("run", *options, container["Image"], "-c", f"kill -9 {pid}")
    ask = ("inspect", "--format", "{{.State.Pid}}", container["Id"])
    wait_until(
        lambda: "it still runs" if docker(*ask) == str(pid) else None,
        what=f"the engine sees that process {pid} of {name} was killed",
        seconds=EXIT_SEEN_TIMEOUT_S,
        hint="docker inspect shows its state",
    )


def is_cut_off(name: str, container: Mapping[str, Any]) -> bool:
    """Whether others no longer find the service ``name`` by its name."""
    mode = container["HostConfig"]["NetworkMode"]
    if mode in ("host", "none", "bridge", "default") or mode.startswith("container:"):
        return False
    joined = container["NetworkSettings"]["Networks"].get(mode) or {}
    return name not in (joined.get("Aliases") or [])


def cut_off(name: str, container: Mapping[str, Any]) -> None:
    """Takes a container out of all its networks; it runs on, and its port leads nowhere."""
    networks = container["NetworkSettings"]["Networks"]
    if not networks:
        raise HarnessError(f"{name} is in no network, so it cannot be cut off")
    for network in networks:
        docker("network", "disconnect", network, container["Id"])


def reconnect(name: str, container: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Puts a container back into the networks that the compose file gives it, under its names.

    Args:
        name: of the service.
        container: ``docker inspect`` of it.
        config: the compose file as compose understands it.
    """
    for key, options in config["services"][name]["networks"].items():
        network = config["networks"][key]["name"]
        if network in container["NetworkSettings"]["Networks"]:
            docker("network", "disconnect", network, container["Id"])
        names = [name, container["Name"].strip("/"), *((options or {}).get("aliases") or [])]
        aliases = [word for alias in names for word in ("--alias", alias)]
        docker("network", "connect", *aliases, network, container["Id"])
