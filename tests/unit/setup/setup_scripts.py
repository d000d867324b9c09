"""Runs the scripts of setup/ in a copy of the project, on a machine that a test makes up.

The made-up machine is a PATH: the commands of this one that the scripts need, without Docker, plus
the fakes that a test adds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.wire import HANG_TIMEOUT_S

ROOT = Path(__file__).resolve().parents[3]
TOOLS = (
    "awk bash cat df dirname env flock grep head id mkdir mktemp rm sed setsid sleep sort ss tail"
    " touch tr uname xargs"
)


class Machine:
    """A copy of setup/ and what it reads, and the commands that exist."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.commands = folder / "bin"
        self.commands.mkdir(parents=True)
        shutil.copytree(ROOT / "setup", self.root / "setup")
        for name in ("docker-compose.yml", "Dockerfile"):
            shutil.copy(ROOT / name, self.root / name)
        for name in TOOLS.split():
            if found := shutil.which(name):
                (self.commands / name).symlink_to(found)
        (self.commands / "python3").symlink_to(sys.executable)

    def command(self, name: str, body: str) -> None:
        """Add a command, in place of the one that may be there."""
        file = self.commands / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/bash\n{body}\n")
        file.chmod(0o755)

    def docker(
        self,
        compose: str = "2.30.0",
        engine: str = "27.0.0",
        images: bool = True,
        stack_of: str = "",
    ) -> None:
        """Add a Docker whose engine answers; every call is noted in ``calls``.

        Args:
            stack_of: the checkout whose stack runs, if any does.
        """
        self.command(
            "docker",
            f"""
            echo "$*" >>"{self.root}/calls"
            case "$*" in
                info) exit 0 ;;
                "compose version --short") echo {compose} ;;
                "version --format"*) echo {engine} ;;
                "buildx version") exit 0 ;;
                "compose port"*) exit 1 ;;
                "compose config"*) printf '{{\\n  "name": "house-price",\\n}}\\n' ;;
                "ps --all"*) echo "{stack_of}" ;;
                "image inspect --format"*) echo "<no value>" ;;
                "image inspect"*) exit {0 if images else 1} ;;
                pull*) echo "Error: the registry refuses" >&2; exit 1 ;;
                *) exit 1 ;;
            esac""",
        )

    def calls(self) -> list[str]:
        file = self.root / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def run(
        self, script: str, *arguments: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``setup/SCRIPT``; ports are free ones unless the test sets them."""
        return subprocess.run(
            ["bash", str(self.root / "setup" / script), *arguments],
            env={
                "PATH": str(self.commands),
                "HOME": str(self.root),
                "MLFLOW_PORT": "0",
                "API_PORT": "0",
                "UI_PORT": "0",
                **(env or {}),
            },
            capture_output=True,
            text=True,
            timeout=2 * HANG_TIMEOUT_S,  # a script runs many programs
        )
