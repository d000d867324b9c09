"""Follows the recipes of CONTRIBUTING.md, word for word, in a copy of the project. No Docker."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.mutants.mutant import ROOT, copy_of_files
from tests.unit.app import bundles
from tests.unit.app.live_api import running

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LONGEST = 20  # lines of a recipe
RECIPE_TIMEOUT_S = 600.0
_FENCED = r"```python\n(?P<fenced>.*?)```"
_FILE = re.compile(r"```python\n# (?P<path>\S+)\n(?P<text>.*?)```", re.S)
_CHANGE = re.compile(
    rf"In `(?P<path>[^`]+)`, `(?P<old>[^`]+)` becomes\s+(?:{_FENCED}|`(?P<new>[^`]+)`)", re.S
)
_COMMAND = re.compile(r"(?:^    .+\n)+", re.M)


class Recipe:
    """One section of the guide.

    Attributes:
        lines: all of it that is not blank, under its heading.
        command: what it says to run.
    """

    def __init__(self, title: str) -> None:
        [self.text] = re.findall(rf"^### {title}\n(.*?)(?=^##)", GUIDE, re.S | re.M)
        self.lines = [line for line in self.text.splitlines() if line.strip()]
        [self.command] = _COMMAND.findall(re.sub("```.*?```", "", self.text, flags=re.S))

    def follow(self, project: Path) -> None:
        """Writes the files that it names, and makes its changes to others."""
        for file in _FILE.finditer(self.text):
            assert not (project / file["path"]).exists(), f"{file['path']} is there already"
            (project / file["path"]).write_text(file["text"])
        for change in _CHANGE.finditer(self.text):
            place = project / change["path"]
            assert place.read_text().count(change["old"]) == 1, f"{change['old']} stands there once"
            new = change["new"] or change["fenced"].rstrip("\n")
            place.write_text(place.read_text().replace(change["old"], new))

    def run(self, project: Path, options: str = "") -> str:
        """Runs its command; returns what that printed. ``options`` are for pytest."""
        done = subprocess.run(
            ["bash", "-euc", self.command],
            cwd=project,
            env={**os.environ, "PYTEST_ADDOPTS": options},
            capture_output=True,
            text=True,
            timeout=RECIPE_TIMEOUT_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_of_files(tmp_path)


@pytest.mark.parametrize("title", ["Add a check", "Add a fault", "Add an estimator"])
def test_a_recipe_is_short(title: str) -> None:
    assert len(Recipe(title).lines) <= LONGEST


def test_a_check_is_added_and_asks_a_running_api(project: Path) -> None:
    recipe = Recipe("Add a check")
    recipe.follow(project)
    with running(bundles.write(project / "artifacts" / "bundle")) as api:
        printed = recipe.run(project, f"-p no:cacheprovider --api-url {api.url}")

    assert "1 passed" in printed
    assert "verdict: yes" in printed


def test_a_fault_is_added_and_three_checks_inflict_it(project: Path) -> None:
    recipe = Recipe("Add a fault")
    recipe.follow(project)

    printed = recipe.run(project, "-p no:cacheprovider -p no:xdist --collect-only -q")

    assert sorted(re.findall(r"test_\w+\[.*?hung.*?\]", printed)) == [
        "test_without_mlflow_the_api_predicts_and_the_form_shows_prices[chromium-hung]",
        "test_without_the_api_the_form_says_so_and_shows_no_price[chromium-hung]",
        "test_without_the_form_the_api_predicts_and_an_open_page_works_later[chromium-hung]",
    ]


def test_an_estimator_is_added_trained_translated_and_registered(project: Path) -> None:
    recipe = Recipe("Add an estimator")
    recipe.follow(project)

    printed = recipe.run(project)

    assert "now its champion" in printed
    model = (project / ".local" / "tries" / "bundle" / "model.joblib").read_bytes()
    assert b"ElasticNet" in model
    assert not (project / "artifacts").exists(), "the bundle that is served stays as it is"
