"""What containers hold and open: the files of their service, no secret, no port but their own."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from harness.stack.docker_cli import docker
from harness.stack.running import ComposeStack
from harness.verdict.checks import Figures
from tests.houses.containers import SERVICES, python
from tests.houses.images import LOCKS, Built

pytestmark = pytest.mark.containers

# Prints each file below the working directory but for compiled ones -> its sha256, as JSON.
FILES = """
import hashlib, json, os, pathlib
here = pathlib.Path(os.getcwd())
files = [file for file in here.rglob("*") if file.is_file() and file.suffix != ".pyc"]
sums = {str(f.relative_to(here)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
print(json.dumps(sums))
"""
# Prints what belongs into no image, as JSON.
STRAYS = """
import json, os
names = {".git", ".env", ".netrc", ".pypirc", ".ssh", "id_rsa", "docker.sock", ".docker", ".venv"}
found = []
for folder, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(folder, f) not in ("/proc", "/sys", "/dev")]
    found += [os.path.join(folder, name) for name in {*folders, *files} & names]
print(json.dumps(found))
"""
# Prints the TCP ports that other machines could reach, as JSON; not that of Docker's own resolver.
LISTENING = """
import json
ports = set()
for family in "tcp", "tcp6":
    for line in open(f"/proc/net/{family}").readlines()[1:]:
        _, local, _, state, *_ = line.split()
        address, port = local.split(":")
        if state == "0A" and not address.endswith("7F"):
            ports.add(int(port, 16))
print(json.dumps(sorted(ports)))
"""
SECRET = re.compile(r"(?i)(passw|secret|token|credential|api_?key|private_?key|_pat$)")
WITH_PASSWORD = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
KINDS = {"fastapi": ("app/", "artifacts/bundle/", "requirements/api.txt"), "streamlit": ("",)}


@pytest.mark.check("edges.files")
@pytest.mark.parametrize("service", list(LOCKS))
def test_an_image_holds_the_files_of_its_service_as_they_are_here_and_no_others(
    compose_stack: ComposeStack, builds: list[Built], service: str, figure: Figures
) -> None:
    [context] = [build.context for build in builds if build.service == service]
    found: dict[str, str] = json.loads(python(compose_stack, service, FILES))

    for name, digest in found.items():
        assert name.startswith(KINDS[service]), f"{name} has no business in the image"
        here = context / name
        assert here.is_file(), f"{name} is in the image and not in {context}"
        assert hashlib.sha256(here.read_bytes()).hexdigest() == digest, f"{name} is another one"
        is_code = name.endswith((".py", ".js", ".toml", "requirements.txt"))
        assert is_code or name.startswith(KINDS["fastapi"]), f"{name} has no business in the image"
    figure("files", len(found), at_least=5)


@pytest.mark.check("edges.strays")
@pytest.mark.parametrize("service", SERVICES)
def test_a_container_holds_no_key_no_repository_and_no_way_to_the_engine(
    compose_stack: ComposeStack, service: str
) -> None:
    assert json.loads(python(compose_stack, service, STRAYS)) == []


@pytest.mark.check("edges.secrets")
@pytest.mark.parametrize("service", SERVICES)
def test_neither_a_container_nor_its_image_is_told_a_secret(
    compose_stack: ComposeStack, service: str
) -> None:
    container = compose_stack.inspect(service)
    image = json.loads(docker("image", "inspect", container["Image"]))[0]
    history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", container["Image"])
    variables = [*container["Config"]["Env"], *(image["Config"]["Env"] or [])]
    labels = {**container["Config"]["Labels"], **(image["Config"]["Labels"] or {})}

    names = [variable.partition("=")[0] for variable in variables] + list(labels)
    assert [name for name in names if SECRET.search(name)] == []
    assert [text for text in (*variables, *labels.values()) if WITH_PASSWORD.search(text)] == []
    assert [line for line in history.splitlines() if WITH_PASSWORD.search(line)] == []
    arguments = re.findall(r"(\w+)=\S", history)
    assert [name for name in arguments if SECRET.search(name)] == []


@pytest.mark.check("edges.ports")
def test_a_service_listens_on_the_port_that_is_published_and_on_no_other(
    compose_stack: ComposeStack, subtests: pytest.Subtests
) -> None:
    for service in SERVICES:
        with subtests.test(service):
            published = compose_stack.inspect(service)["NetworkSettings"]["Ports"]
            ports = {int(name.partition("/")[0]) for name, where in published.items() if where}
            listening = set(json.loads(python(compose_stack, service, LISTENING)))

            assert listening == ports
