"""The Docker command, with a time limit and an error that can be read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import HarnessError

ENOUGH = 60.0  # seconds for a command that only asks or removes
ELSEWHERE = "or test a stack that runs elsewhere with --api-url, --ui-url, --mlflow-url"


def run(
    command: Sequence[str],
    *,
    seconds: float = ENOUGH,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Runs ``command``; raises HarnessError when it fails (with ``check``) or takes too long."""
    shown = " ".join(command)
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise HarnessError(
            f"there is no {command[0]} command. Fix: setup/engine.sh, {ELSEWHERE}."
        ) from None
    except subprocess.TimeoutExpired as late:
        said = _text(late.stderr) or _text(late.stdout)
        raise HarnessError(f"{shown}: not done within {seconds:g} s\n{tail(said)}") from None
    if check and done.returncode != 0:
        raise HarnessError(f"{shown}: exit {done.returncode}\n{tail(done.stderr or done.stdout)}")
    return done


def docker(*arguments: str, seconds: float = ENOUGH, check: bool = True) -> str:
    """What ``docker ARGUMENTS`` prints, without the last line break."""
    return run(["docker", *arguments], seconds=seconds, check=check).stdout.rstrip("\n")


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def tail(text: str, count: int = 30) -> str:
    return "\n".join(text.rstrip().splitlines()[-count:])


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with ``extra``, without what would lead compose elsewhere."""
    mine = {key: value for key, value in os.environ.items() if not key.startswith("COMPOSE_")}
    return {**mine, **extra}


def _text(output: bytes | str | None) -> str:
    if isinstance(output, bytes):
        return output.decode(errors="replace")
    return output or ""
