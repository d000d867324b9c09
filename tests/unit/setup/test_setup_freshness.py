"""Training is skipped exactly when it would make the bundle that is there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness.wire import HANG_TIMEOUT_S

ROOT = Path(__file__).resolve().parents[3]
NOBODY = "http://localhost:9"  # nothing listens on the discard port


class Project:
    """A small project with a trained bundle that was noted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in {
            "datasets/ames/ames.csv": "price\n1\n",
            "datasets/ames/dataset.toml": "x = 1\n",
            "datasets/other/other.csv": "price\n2\n",
            "training/recipe.py": "one\n",
            "app/contract.py": "two\n",
            "app/main.py": "three\n",
            "requirements/training.txt": "numpy==1\n",
        }.items():
            self.write(name, text)
        (root / "setup").mkdir()
        shutil.copy(ROOT / "setup" / "freshness.py", root / "setup")
        self.bundle("http://localhost:5555")
        self.record()

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def bundle(self, tracking: str, run: str = "abc") -> None:
        manifest = {"mlflow": {"tracking": tracking, "run_id": run}}
        self.write("artifacts/bundle/manifest.json", json.dumps(manifest))

    def _run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", str(self.root / "setup" / "freshness.py"), *arguments],
            env={"MLFLOW_TRACKING_URI": NOBODY, **env},
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=HANG_TIMEOUT_S,
        )

    def record(self, *arguments: str) -> None:
        done = self._run("record", *arguments)
        assert done.returncode == 0, done.stderr

    def check(self, **env: str) -> list[str]:
        """The reason to train and the arguments to train with; empty when up to date."""
        done = self._run("check", **env)
        assert done.stderr == ""
        assert done.returncode == (1 if done.stdout else 0)
        return done.stdout.splitlines()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_nothing_changed(project: Project) -> None:
    assert project.check() == []


def test_force(project: Project) -> None:
    assert project.check(FORCE="1") == ["FORCE=1"]


def test_no_model(project: Project) -> None:
    (project.root / "artifacts/bundle/manifest.json").unlink()
    assert project.check() == ["there is no trained model yet"]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("datasets/ames/ames.csv", "data or dataset.toml"),
        ("datasets/ames/dataset.toml", "data or dataset.toml"),
        ("training/recipe.py", "training code"),
        ("training/new.py", "training code"),
        ("app/contract.py", "training code"),
        ("requirements/training.txt", "requirements"),
    ],
)
def test_changed_input_is_named(project: Project, file: str, kind: str) -> None:
    project.write(file, "changed\n")
    assert project.check() == [f"changed since the last training: {kind}"]


@pytest.mark.parametrize("file", ["app/main.py", "datasets/ames/README.md", "datasets/other/x.csv"])
def test_what_training_does_not_read_is_no_reason(project: Project, file: str) -> None:
    project.write(file, "changed\n")
    assert project.check() == []


def test_bundle_from_elsewhere(project: Project) -> None:
    project.bundle("http://localhost:5555", run="another")
    assert project.check() == ["it is unknown what the model was trained from"]


def test_last_training_is_repeated_with_its_arguments(project: Project) -> None:
    project.record(
        "--dataset", "datasets/other", "--set", "seed=1", "folds=3", "--tracking-uri", "x"
    )
    assert project.check() == []
    project.write("datasets/other/other.csv", "price\n3\n")
    reason, *arguments = project.check()
    assert reason == "changed since the last training: data or dataset.toml"
    other = str(project.root / "datasets/other")
    assert arguments == ["--dataset", other, "--set", "seed=1", "folds=3"]


def test_training_without_a_dataset_stays_with_the_last_one(project: Project) -> None:
    project.record("--dataset", "datasets/other")
    project.record("--set", "folds=4")
    project.write("datasets/other/other.csv", "price\n3\n")
    _, *arguments = project.check()
    other = str(project.root / "datasets/other")
    assert arguments == ["--dataset", other, "--set", "folds=4"]


@pytest.mark.parametrize("option", [("--output", "elsewhere"), ("--check",), ("--help",)])
def test_a_command_that_makes_no_bundle_here_is_not_noted(
    project: Project, option: tuple[str, ...]
) -> None:
    project.record("--dataset", "datasets/other", *option)
    project.write("datasets/other/other.csv", "price\n3\n")
    assert project.check() == []


@pytest.mark.parametrize(
    ("code", "noted"),
    [(0, True), (1, False), (2, False), (4, False)],
    ids=["done", "refused", "wrong input", "no tracker"],
)
def test_only_a_training_that_made_the_bundle_is_noted(
    project: Project, code: int, noted: bool
) -> None:
    """Or `make up` would serve the old bundle for good, as that of the data that was refused."""
    with_pipeline(project, f"raise SystemExit({code})\n")
    project.record()

    done = subprocess.run(
        [project.root / "run_pipeline.sh", "--dataset", project.root / "datasets/other"],
        cwd=project.root,
        timeout=HANG_TIMEOUT_S,
    )

    assert done.returncode == code
    project.write("training/recipe.py", "changed\n")
    _, *arguments = project.check()
    other = ["--dataset", str(project.root / "datasets/other")]
    assert arguments == (other if noted else [])


def with_pipeline(project: Project, program: str) -> None:
    """Gives ``project`` the script that trains, and a ``program`` in the place of training."""
    shutil.copy(ROOT / "run_pipeline.sh", project.root)
    shutil.copy(ROOT / "setup/lib.sh", project.root / "setup")
    project.write("setup/venv.sh", "")
    (project.root / "setup/venv.sh").chmod(0o755)
    project.write("training/__main__.py", program)
    (project.root / ".venv/bin").mkdir(parents=True)
    (project.root / ".venv/bin/python").symlink_to(sys.executable)


@pytest.mark.parametrize("given", [{}, {"no_proxy": "corp"}, {"NO_PROXY": "corp"}])
def test_own_addresses_never_go_through_the_proxy_of_the_environment(
    project: Project, given: dict[str, str]
) -> None:
    """As scripts are started by users behind one. What they exempt themselves stays exempt."""
    hosts = ("localhost:5555", "127.0.0.1:5555", "::1", "corp", "example.org")
    program = f"""
        from urllib.request import proxy_bypass
        print(*[host for host in {hosts} if proxy_bypass(host)])
        raise SystemExit(1)
    """
    with_pipeline(project, textwrap.dedent(program))
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.casefold()}

    done = subprocess.run(
        [project.root / "run_pipeline.sh"],
        env={**clean, "http_proxy": "http://127.0.0.1:9", **given},
        capture_output=True,
        text=True,
        timeout=HANG_TIMEOUT_S,
    )

    assert done.stdout.split() == [*hosts[:3], *given.values()], done.stderr


def test_model_whose_data_is_gone_is_kept(project: Project) -> None:
    project.record("--dataset", "datasets/other")
    shutil.rmtree(project.root / "datasets/other")
    assert project.check() == []


@pytest.fixture
def mlflow_with() -> Iterator[Callable[[str], str]]:
    """Starts an MLflow that knows one run; returns its address."""
    servers = []

    def start(run: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path.endswith(f"run_id={run}") else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return f"http://localhost:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("tracking", "known", "trains"),
    [
        ("http://localhost:5555", "abc", False),
        ("http://localhost:5555", "other", True),
        ("sqlite:////tmp/mlflow.db", "other", True),  # logged before there was an engine
        ("https://mlflow.example.org", "other", False),
    ],
)
def test_run_that_the_stack_lost(
    project: Project, mlflow_with: Callable[[str], str], tracking: str, known: str, trains: bool
) -> None:
    project.bundle(tracking)
    project.record()
    reason = project.check(MLFLOW_TRACKING_URI=mlflow_with(known))
    assert reason == (["MLflow does not have the model's run any more"] if trains else [])
