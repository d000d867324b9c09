"""The seeded breakages themselves: they fit the project, and what must catch them is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.mutant import (
    ROOT,
    Mutant,
    MutantError,
    all_mutants,
    apply,
    asked_for,
    copy_of_project,
    what_was_missed,
)

MUTANT = Mutant("constant", "a constant", ("prediction.golden",), ("differ",), None, "")


def verdict(outcome: str = "failed", message: str = "prices differ", **changed: Any) -> Any:
    check = {"id": "prediction.golden[x]", "outcome": outcome, "message": message}
    return {"verdict": "no", "checks": [check | changed]}


def test_every_mutant_still_fits_the_project(tmp_path: Path, subtests: pytest.Subtests) -> None:
    mutants = all_mutants()
    assert len(mutants) >= 30
    for mutant in mutants:
        with subtests.test(mutant=mutant.name):
            assert all(says.strip() for says in mutant.says)
            assert mutant.patch or mutant.prepare
            place = tmp_path / mutant.name
            copied(mutant, place)


def copied(mutant: Mutant, place: Path) -> None:
    """Applies the patch to the files that it names; without the preparation, which takes long."""
    place.mkdir()
    for file in (line[6:] for line in mutant.patch.splitlines() if line.startswith("--- a/")):
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_bytes((ROOT / file).read_bytes())
    apply(Mutant(mutant.name, "", (), (), None, mutant.patch), place)


def test_every_check_that_must_catch_a_mutant_exists() -> None:
    checks = sorted({check for mutant in all_mutants() for check in mutant.checks})

    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *asked_for(checks)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_patch_that_does_not_fit_is_named(tmp_path: Path) -> None:
    mutant = Mutant(
        "old", "", (), (), None, "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
    )

    with pytest.raises(MutantError, match="old: its patch does not fit any more"):
        apply(mutant, tmp_path)


def test_a_file_without_its_head_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.patch"
    file.write_text("Breaks: all\nCheck: boot.healthy\n")

    with pytest.raises(MutantError, match=r"x\.patch: there is no line 'Says'"):
        Mutant.read(file)


@pytest.mark.parametrize("says", ["Timeout", "timed out", "assert", "price", "==", "DID NOT RAISE"])
def test_a_file_that_says_what_names_no_cause_is_refused(tmp_path: Path, says: str) -> None:
    file = tmp_path / "x.patch"
    file.write_text(f"Breaks: all\nCheck: boot.healthy\nSays: {says}\n\ndiff --git a/x b/x\n")

    with pytest.raises(MutantError, match="names no cause"):
        Mutant.read(file)


def test_a_file_with_words_for_some_of_its_checks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.patch"
    file.write_text("Breaks: all\nCheck: a.b, a.c, a.d\nSays: one | two\n\ndiff --git a/x b/x\n")

    with pytest.raises(MutantError, match="for each of them"):
        Mutant.read(file)


def test_each_check_must_say_the_words_that_are_meant_for_it() -> None:
    mutant = Mutant("two", "", ("boot.up", "faults.api"), ("is away", "stays away"), None, "")
    said = [("boot.up[web]", "is away"), ("faults.api", "is away")]
    checks = [{"id": name, "outcome": "failed", "message": message} for name, message in said]

    missed = what_was_missed(mutant, {"verdict": "no", "checks": checks})

    assert missed == "faults.api is red, but does not say 'stays away': is away"


def test_a_red_check_of_another_group_is_told() -> None:
    given = verdict()
    given["checks"].append({"id": "browser.title", "outcome": "failed", "message": "differ"})
    given["checks"].append({"id": "prediction.batch", "outcome": "failed", "message": "x"})

    missed = what_was_missed(MUTANT, given)

    assert missed == "what has nothing to do with it is red too: browser.title"


def test_a_copy_has_the_files_of_the_project_and_its_model(tmp_path: Path) -> None:
    copy = copy_of_project(tmp_path)

    assert (copy / "docker-compose.yml").read_bytes() == (ROOT / "docker-compose.yml").read_bytes()
    assert (copy / "artifacts" / "bundle" / "manifest.json").is_file()
    assert not (copy / "test-results").exists()


@pytest.mark.parametrize(
    ("given", "missed"),
    [
        (verdict(), None),
        (verdict("error"), None),
        (verdict() | {"verdict": "yes"}, "the verdict is yes"),
        (verdict("skipped"), "prediction.golden is not red"),
        (verdict("not run"), "prediction.golden is not red"),
        (verdict(id="prediction.batch"), "prediction.golden is not red"),
        (
            verdict(message="timeout"),
            "prediction.golden is red, but does not say 'differ': timeout",
        ),
    ],
)
def test_a_mutant_is_caught_by_its_check_with_its_cause(given: Any, missed: str | None) -> None:
    assert what_was_missed(MUTANT, given) == missed
