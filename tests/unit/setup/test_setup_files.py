"""What the committed set-up files promise: complete locks, hardened services, one version each."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from setup.pip_settings import effective_options, uv_environment

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted([*(ROOT / "requirements").glob("*.txt"), ROOT / "streamlit_app/requirements.txt"])
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def blocks(lock: Path) -> list[str]:
    """One text per requirement, its hashes and comments included."""
    return re.split(r"\n(?=[a-z])", lock.read_text())


def versions(lock: Path) -> dict[str, str]:
    return dict(block.split()[0].split("==") for block in blocks(lock))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: f"{lock.parent.name}/{lock.name}")
def test_lock_has_hashes_and_no_address(lock: Path) -> None:
    assert all("--hash=sha256:" in block for block in blocks(lock))
    assert not re.search(r"https?://|file:|^-(i|f)\b|^--(index|extra|find)", lock.read_text(), re.M)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: f"{lock.parent.name}/{lock.name}")
def test_locks_agree(lock: Path) -> None:
    if lock.name == "uv.txt":
        return  # installs the others and is in none of them
    everything = versions(ROOT / "requirements" / "dev.txt")
    assert {name: everything[name] for name in versions(lock)} == versions(lock)


def test_mlflow_is_one_version_in_client_and_server() -> None:
    tag = SERVICES["mlflow"]["image"].rpartition(":v")[2]
    assert versions(ROOT / "requirements/training.txt")["mlflow"] == tag


def test_both_dockerfiles_start_from_one_image_and_fetch_no_syntax() -> None:
    files = [(ROOT / name).read_text() for name in ("Dockerfile", "streamlit_app/Dockerfile")]
    assert {tuple(re.findall(r"^FROM (.*)", text, re.M)) for text in files} == {
        ("python:3.13-slim",)
    }
    assert not any("syntax=" in text for text in files)


@pytest.mark.parametrize("name", ["mlflow", "fastapi", "streamlit"])
def test_service_is_hardened_and_local(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert service["init"] is True
    assert "container_name" not in service
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["healthcheck"]["test"][:3] == ["CMD", "python", "-ISc"]


def test_every_service_waits_for_the_health_of_the_one_it_needs() -> None:
    assert SERVICES["fastapi"]["depends_on"] == {"mlflow": {"condition": "service_healthy"}}
    assert SERVICES["streamlit"]["depends_on"] == {"fastapi": {"condition": "service_healthy"}}


def test_every_verb_explains_itself() -> None:
    text = (ROOT / "Makefile").read_text()
    verbs = set(re.findall(r"^([a-z]+):", text, re.M))
    explained = set(re.findall(r"^([a-z]+): ## \S", text, re.M))
    assert verbs == explained
    assert {"help", "up", "test", "down", "clean", "logs", "lint", "lock", "dev"} <= verbs


def test_no_script_names_a_mirror_or_this_machine() -> None:
    scripts = [file for file in (ROOT / "setup").rglob("*") if file.suffix in {".sh", ".py", ""}]
    for file in (file for file in scripts if file.is_file()):
        text = file.read_text()
        addresses = re.findall(r"https?://(?!localhost|\$|\{)[\w.]+", text)
        assert not addresses, f"{file}: {addresses}"


def test_pip_settings_in_pips_own_order() -> None:
    options = effective_options(
        "global.index-url='https://one.example/simple'\n"
        "global.find-links='/wheels\\n/more'\n"
        "install.index-url='https://two.example/simple'\n"
        ":env:.index-url='https://three.example/simple'\n"
        "download.index-url='https://four.example/simple'\n"
    )
    assert options == {"index-url": "https://three.example/simple", "find-links": "/wheels /more"}


def test_uv_looks_where_pip_would() -> None:
    assert uv_environment({"index-url": "https://a/simple", "find-links": "/w /v"}) == {
        "UV_DEFAULT_INDEX": "https://a/simple",
        "UV_FIND_LINKS": "/w,/v",
    }
    assert uv_environment({"extra-index-url": "https://b", "disable-pip-version-check": "1"}) == {
        "UV_INDEX": "https://b",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    assert uv_environment({}) == {}


def test_what_is_run_is_executable_and_what_is_sourced_is_not() -> None:
    scripts = [ROOT / "run_pipeline.sh", ROOT / ".ci/run", *(ROOT / "setup").rglob("*.sh")]
    for script in scripts:
        runs = script.read_text().startswith("#!")
        assert os.access(script, os.X_OK) is runs, script
