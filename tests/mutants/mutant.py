"""One mutant: what its file says, and what the gate says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from tests.child import CutShortError, run_to_end

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
GATES_OWN = "tests/unit/harness"
GATE_TIMEOUT_S = 1800.0  # for one gate on one mutant, its training included
RED = ("failed", "error")
KEPT = ("test-results", "printed")  # what of a copy is worth looking at afterwards
# What any check may say of any fault, or of a machine that is busy. None of it names a cause.
NO_CAUSE = {
    "assert",
    "did not raise",
    "error",
    "exceeded",
    "failed",
    "false",
    "none",
    "price",
    "right contains",
    "timed out",
    "timeout",
}
LEAST = 3  # letters or digits of words that name a cause


class MutantError(Exception):
    """A mutant that cannot be tried: its file is wrong, or no longer fits the project."""


@dataclass(frozen=True)
class Mutant:
    """See the package for the meaning of each."""

    name: str
    breaks: str
    checks: tuple[str, ...]
    says: tuple[str, ...]
    prepare: str | None
    patch: str

    @classmethod
    def read(cls, file: Path) -> Mutant:
        """Raises MutantError when the head of ``file`` lacks something."""
        head, mark, patch = file.read_text().partition("diff --git ")
        said = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        try:
            mutant = cls(
                name=file.stem,
                breaks=said["Breaks"],
                checks=tuple(said["Check"].split(", ")),
                says=tuple(said["Says"].split(" | ")),
                prepare=said.get("Prepare"),
                patch=mark + patch,
            )
        except KeyError as missing:
            raise MutantError(f"{file}: there is no line {missing}: see {__package__}") from None
        for words in mutant.says:
            is_short = sum(map(str.isalnum, words)) < LEAST
            if is_short or words.strip(" .:").casefold() in NO_CAUSE:
                raise MutantError(f"{file}: 'Says: {words}' names no cause, so anything says it")
        if len(mutant.says) not in (1, len(mutant.checks)):
            raise MutantError(f"{file}: 'Says' is for all checks, or has words for each of them")
        return mutant

    @property
    def wanted(self) -> dict[str, str]:
        """Check -> the words that its message must have."""
        says = self.says * len(self.checks) if len(self.says) == 1 else self.says
        return dict(zip(self.checks, says, strict=True))


def all_mutants(names: Sequence[str] = ()) -> list[Mutant]:
    """All mutants, or those with these names.

    Raises:
        MutantError: there is none of a name, or a file is wrong.
    """
    found = {file.stem: file for file in sorted(FOLDER.glob("*.patch"))}
    for name in names:
        if name not in found:
            raise MutantError(f"{name}: no such mutant; there are: {', '.join(found)}")
    return [Mutant.read(found[name]) for name in names or found]


def copy_of_project(place: Path) -> Path:
    """A copy of the project and of the trained bundle, in ``place``."""
    copy = copy_of_files(place)
    shutil.copytree(ROOT / "artifacts", copy / "artifacts")
    return copy


def copy_of_files(place: Path) -> Path:
    """A copy of what git knows or would add, in ``place``."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    copy = place / "project"
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file():  # git also lists what was deleted and not yet committed
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def keep(copy: Path, place: Path) -> None:
    """Moves what of ``copy`` is worth looking at afterwards into ``place``, which it empties."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in KEPT:
        if (copy / name).exists():
            shutil.move(copy / name, place)


def apply(mutant: Mutant, copy: Path, stop: Event | None = None) -> None:
    """Breaks ``copy``. Raises MutantError when the patch does not fit, or preparing fails."""
    # Outside of any repository, so that git takes the paths from here.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)}
    if mutant.patch:
        command = ["git", "apply", "--whitespace=nowarn", "-"]
        done = subprocess.run(
            command, cwd=copy, env=environment, input=mutant.patch, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise MutantError(f"{mutant.name}: its patch does not fit any more: {done.stderr}")
    if mutant.prepare:
        environment["MLFLOW_TRACKING_URI"] = f"sqlite:///{copy}/mlflow.db"
        printed = copy / "prepared"
        prepare = ["bash", "-euc", mutant.prepare]
        try:
            code = run_to_end(
                prepare,
                copy,
                printed,
                timeout_s=GATE_TIMEOUT_S,
                environment=environment,
                stop=stop,
            )
        except CutShortError as error:
            raise MutantError(f"{mutant.name}: {mutant.prepare}: {error}") from None
        if code != 0:
            raise MutantError(f"{mutant.name}: {mutant.prepare}: {printed.read_text()}")


def ask_the_gate(copy: Path, checks: Sequence[str], stop: Event | None = None) -> dict[str, Any]:
    """The verdict on ``copy`` of only these checks, unless ``stop`` is set on the way.

    Raises:
        MutantError: there is none.
    """
    command = [sys.executable, "-m", "pytest", "-q", *asked_for(checks)]
    try:
        run_to_end(command, copy, copy / "printed", timeout_s=GATE_TIMEOUT_S, stop=stop)
    except CutShortError as error:
        raise MutantError(f"the gate gave no verdict: {error}") from None
    verdict = copy / "test-results" / "verdict.json"
    if not verdict.exists():
        raise MutantError(f"the gate gave no verdict:\n{(copy / 'printed').read_text()[-3000:]}")
    content: dict[str, Any] = json.loads(verdict.read_text())
    return content


def asked_for(checks: Sequence[str]) -> list[str]:
    """What pytest must be given to run ``checks``."""
    own = [GATES_OWN] if any("::" in check for check in checks) else []
    chosen = [word for check in checks for word in ("--check", check)]
    return ["tests/integration", "tests/e2e", *own, *chosen]


def what_was_missed(mutant: Mutant, verdict: dict[str, Any]) -> str | None:
    """Why ``verdict`` does not catch ``mutant``, or None when it does."""
    if verdict["verdict"] != "no":
        return f"the verdict is {verdict['verdict']}"
    for wanted, says in mutant.wanted.items():
        red = [check for check in verdict["checks"] if is_red(check) and is_of(check, wanted)]
        if not red:
            return f"{wanted} is not red"
        if not any(says in check["message"] for check in red):
            said = "; ".join(str(check["message"]) for check in red)
            return f"{wanted} is red, but does not say {says!r}: {said[:500]}"
    if strange := strangers(mutant, verdict):
        return f"what has nothing to do with it is red too: {', '.join(strange)}"
    return None


def strangers(mutant: Mutant, verdict: dict[str, Any]) -> list[str]:
    """Red checks outside the groups of the mutant's checks. Others of the same group may go red
    with it: they ask about the same thing.
    """
    groups = {group_of(check) for check in mutant.checks}
    red = [str(check["id"]) for check in verdict["checks"] if is_red(check)]
    return [name for name in red if group_of(name) not in groups]


def group_of(check: str) -> str:
    return check.partition(".")[0]


def is_red(check: dict[str, Any]) -> bool:
    return check["outcome"] in RED


def is_of(check: dict[str, Any], wanted: str) -> bool:
    """Whether ``check`` has this id, parameters or not."""
    return wanted in (check["id"], str(check["id"]).partition("[")[0])
