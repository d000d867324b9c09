"""What a container may do: its job, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.stack.running import ComposeStack
from tests.houses.containers import SERVICES, python

pytestmark = pytest.mark.containers

# Prints the status of every process of the container but of itself, as JSON.
PROCESSES = """
import contextlib, json, os, pathlib
found = []
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    # A probe of the service's health may end meanwhile.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        if int(folder.name) == os.getpid():
            continue
        lines = (folder / "status").read_text().splitlines()
        found.append({key: value.split() for key, _, value in (l.partition(":") for l in lines)})
print(json.dumps(found))
"""

# Tries to write where a service has no business, and prints what the system says.
WRITES = """
import errno, pathlib
for folder in "/", "/usr", "/etc", "/srv":
    try:
        (pathlib.Path(folder) / "probe").write_text("x")
    except OSError as error:
        print(folder, errno.errorcode[error.errno])
    else:
        print(folder, "written")
"""


@pytest.mark.check("boot.loopback")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_published_on_loopback_only(compose_stack: ComposeStack, service: str) -> None:
    published: dict[str, Any] = compose_stack.inspect(service)["NetworkSettings"]["Ports"]
    addresses = [binding["HostIp"] for bindings in published.values() for binding in bindings or []]

    assert addresses == ["127.0.0.1"], "other machines can reach it"


@pytest.mark.check("boot.privileges")
@pytest.mark.parametrize("service", SERVICES)
def test_no_process_of_a_service_has_any_privilege(
    compose_stack: ComposeStack, service: str
) -> None:
    processes = json.loads(python(compose_stack, service, PROCESSES))

    # The engine's own process, about to become a health probe, is not one of the service yet.
    processes = [process for process in processes if process["Name"] != ["runc:[2:INIT]"]]
    assert processes
    for process in processes:
        name = process["Name"]
        assert "0" not in process["Uid"], f"{name} runs as root"
        assert int(process["CapEff"][0], 16) == 0, f"{name} has capabilities"
        assert int(process["CapBnd"][0], 16) == 0, f"{name} could get capabilities"
        assert process["NoNewPrivs"] == ["1"], f"{name} could get privileges"
        assert process["Seccomp"] == ["2"], f"{name} may call whatever it likes"


@pytest.mark.check("boot.read-only")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_write_to_its_own_files(compose_stack: ComposeStack, service: str) -> None:
    said = python(compose_stack, service, WRITES).splitlines()

    read_only = ["/ EROFS", "/usr EROFS", "/etc EROFS", "/srv EROFS"]
    assert said == read_only, f"{service} can write, or would with other file modes"


@pytest.mark.check("boot.isolation")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_shares_nothing_with_its_host(compose_stack: ComposeStack, service: str) -> None:
    container = compose_stack.inspect(service)
    host = container["HostConfig"]

    assert host["Privileged"] is False, f"{service} has the rights of its host"
    assert host["ReadonlyRootfs"] is True
    assert [mount["Type"] for mount in container["Mounts"] if mount["Type"] == "bind"] == []
    assert {host["NetworkMode"], host["PidMode"], host["IpcMode"]}.isdisjoint({"host"})


@pytest.mark.check("boot.limits")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_limits(compose_stack: ComposeStack, service: str) -> None:
    host = compose_stack.inspect(service)["HostConfig"]

    assert host["Memory"] > 0, f"{service} has no memory limit"
    assert host["PidsLimit"] > 0
    assert host["NanoCpus"] > 0
    assert "max-size" in host["LogConfig"]["Config"], "its log may fill the disk"


@pytest.mark.check("boot.names-free")
def test_two_stacks_can_run_side_by_side(compose_stack: ComposeStack) -> None:
    """Nothing has a fixed name, which a second stack on the machine could not use."""
    config = compose_stack.compose.config()
    fixed = [name for name, service in config["services"].items() if "container_name" in service]

    assert fixed == []
    for service in SERVICES:
        assert compose_stack.inspect(service)["Name"].startswith(f"/{compose_stack.plan.name}-")
