"""The Docker command, with a time limit and an error that can be read."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from harness.errors import HarnessError

COMMAND_TIMEOUT_S = 60.0
"""For a command that only asks or removes. It only ends a hang."""
OnStart = Callable[[Callable[[], None]], None]
"""Called when the command has started, with a function that ends it (from any thread)."""
ELSEWHERE = "or test a stack that runs elsewhere with --url SERVICE=URL"


def run(
    command: Sequence[str],
    *,
    seconds: float = COMMAND_TIMEOUT_S,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    on_start: OnStart | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs ``command``; raises HarnessError when it fails (with ``check``) or takes too long."""
    shown = " ".join(command)
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # `docker compose` is two processes, which end together
        )
    except FileNotFoundError:
        raise HarnessError(
            f"there is no {command[0]} command. Fix: setup/engine.sh, {ELSEWHERE}."
        ) from None
    with process:
        try:
            if on_start is not None:
                on_start(partial(_end, process))
            stdout, stderr = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            stdout, stderr = process.communicate()
            said = tail(stderr or stdout)
            raise HarnessError(f"{shown}: not done within {seconds:g} s\n{said}") from None
        except BaseException:  # Ctrl-C, which does not reach the session of the process
            _end(process)
            raise
    if check and process.returncode != 0:
        raise HarnessError(f"{shown}: exit {process.returncode}\n{tail(stderr or stdout)}")
    return subprocess.CompletedProcess(list(command), process.returncode, stdout, stderr)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def docker(*arguments: str, seconds: float = COMMAND_TIMEOUT_S, check: bool = True) -> str:
    """What ``docker ARGUMENTS`` prints, without the last line break."""
    return run(["docker", *arguments], seconds=seconds, check=check).stdout.rstrip("\n")


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def tail(text: str, count: int = 30) -> str:
    return "\n".join(text.rstrip().splitlines()[-count:])


# The harness names project and files itself; all other settings count as they do for a person.
_OWN = ("COMPOSE_PROJECT_NAME", "COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR")


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with ``extra``, without what would lead compose elsewhere."""
    mine = {key: value for key, value in os.environ.items() if key not in _OWN}
    return {**mine, **extra}
