"""What is read from compose files, by the real ``docker compose config``: it needs no engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.stack.compose import ProjectCompose, override_for
from harness.stack.compose_files import ComposeFiles, Port, files_in, read
from harness.stack.layout import Layout
from harness.stack.plan import Plan

WEB = {"image": "web:1"}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PATH_SEPARATOR"):
        monkeypatch.delenv(name, raising=False)


def write(folder: Path, name: str = "docker-compose.yml", **services: Any) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps({"services": services}))


def plan_of(folder: Path, source: ComposeFiles) -> Plan:
    return Plan.new(Layout(folder), source, folder=folder, logs=folder, owner="me")


def booted(folder: Path) -> tuple[Plan, dict[str, Any]]:
    """A plan for ``folder``, and what compose would boot for it."""
    plan = plan_of(folder, read(folder))
    compose = ProjectCompose(plan.name, folder, plan.files, plan.source.variables)
    plan.override.write_text(override_for(compose.config(), plan))
    return plan, compose.with_file(plan.override).config()


def test_every_published_port_becomes_a_free_one_and_stays_where_it_was_published(
    tmp_path: Path,
) -> None:
    ports = ["8080:80", "127.0.0.1:8443:443", "0.0.0.0:53:53/udp", "9000"]
    write(tmp_path, web={**WEB, "ports": ports}, store={"image": "store:1"})

    plan, config = booted(tmp_path)

    assert config["services"]["store"].get("ports") is None
    found = config["services"]["web"]["ports"]
    assert [(port["target"], port.get("host_ip", ""), port["protocol"]) for port in found] == [
        (80, "", "tcp"), (443, "127.0.0.1", "tcp"), (53, "0.0.0.0", "udp"), (9000, "", "tcp"),
    ]  # fmt: skip
    published = [int(port["published"]) for port in found]
    assert len(set(published)) == 4
    assert all(20_000 <= port < 30_000 for port in published)
    assert plan.address("web") == f"http://127.0.0.1:{published[0]}"
    assert plan.address("web", 9000) == f"http://127.0.0.1:{published[3]}"


@pytest.mark.parametrize("written", ["${PORT:?}:80", "127.0.0.1:${PORT:-8080}:80", "$PORT:80"])
def test_what_else_comes_from_the_variable_of_a_port_has_the_same_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("PORT", "8080")
    environment = {"PUBLIC": "http://localhost:${PORT:-8080}"}
    write(tmp_path, web={**WEB, "ports": [written], "environment": environment})

    plan, config = booted(tmp_path)

    [port] = plan.ports("web")
    assert port.published != 8080
    public = config["services"]["web"]["environment"]["PUBLIC"]
    assert public == f"http://localhost:{port.published}"


def test_two_stacks_of_one_folder_share_neither_name_nor_port(tmp_path: Path) -> None:
    write(tmp_path, web={**WEB, "ports": ["8080:80"]})

    one, two = (plan_of(tmp_path, read(tmp_path)) for _ in range(2))

    assert one.name != two.name
    assert one.address("web") != two.address("web")


def test_everything_that_compose_makes_is_labelled_and_has_the_stacks_own_name(
    tmp_path: Path,
) -> None:
    content = {
        "services": {"web": {"build": ".", "volumes": ["data:/d"], "networks": ["own", "theirs"]}},
        "networks": {"own": None, "theirs": {"external": True}},
        "volumes": {"data": {"name": "what-a-person-has"}},
    }
    (tmp_path / "compose.yaml").write_text(json.dumps(content))

    plan, config = booted(tmp_path)

    made = [config["services"]["web"], config["services"]["web"]["build"]]
    made += [config["networks"]["own"], config["volumes"]["data"]]
    assert all(plan.name in part["labels"].values() for part in made)
    assert config["volumes"]["data"]["name"] == f"{plan.name}_data"
    assert config["networks"]["theirs"]["name"] == "theirs"


def test_an_override_file_is_booted_as_docker_compose_up_would(tmp_path: Path) -> None:
    write(tmp_path, web={**WEB, "ports": ["8080:80"]})
    write(tmp_path, "docker-compose.override.yml", web={"privileged": True, "ports": ["1:2"]})

    plan, config = booted(tmp_path)

    assert plan.source.files == ("docker-compose.yml", "docker-compose.override.yml")
    assert config["services"]["web"]["privileged"] is True
    assert [port.target for port in plan.ports("web")] == [80, 2]


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_the_files_that_a_person_named_are_booted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    write(tmp_path, web=WEB)
    write(tmp_path, "other/base.yml", other=WEB)
    write(tmp_path, "more.yml", more=WEB)
    if where == ".env":
        (tmp_path / ".env").write_text("# mine\nCOMPOSE_FILE='other/base.yml:more.yml'\n")
    else:
        monkeypatch.setenv("COMPOSE_FILE", "other/base.yml:more.yml")

    found = read(tmp_path)

    assert found.files == ("other/base.yml", "more.yml")
    assert set(found.services) == {"other", "more"}


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_the_profiles_that_a_person_chose_are_booted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    write(tmp_path, web=WEB, debugger={**WEB, "profiles": ["debug"]})
    assert set(read(tmp_path).services) == {"web"}
    if where == ".env":
        (tmp_path / ".env").write_text("COMPOSE_PROFILES=debug\n")
    else:
        monkeypatch.setenv("COMPOSE_PROFILES", "debug")

    assert set(read(tmp_path).services) == {"web", "debugger"}


def test_a_setting_that_is_not_understood_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, web=WEB)
    write(tmp_path, "other.yml", other=WEB)
    (tmp_path / ".env").write_text("NAME=other\nCOMPOSE_FILE=${NAME}.yml\n")

    with pytest.raises(HarnessError):
        read(tmp_path)


def test_a_folder_without_a_compose_file_is_an_error_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"there is no compose file .* Fix: run the tests in"):
        files_in(tmp_path)


def test_a_service_without_an_address_is_told_with_the_fix(tmp_path: Path) -> None:
    source = ComposeFiles((), {"web": (Port(80, 20_001),), "store": ()}, {})
    plan = plan_of(tmp_path, source)

    with pytest.raises(HarnessError, match=r"store publishes no port, so it has no address. Fix"):
        plan.address("store")
    with pytest.raises(HarnessError, match="web publishes no port 81"):
        plan.address("web", 81)
    with pytest.raises(HarnessError, match=r"no service wbe. Fix: name one of store, web"):
        plan.address("wbe")
