"""All checks that there are, whatever this run was asked for or left out.

A second pytest collects them, without the options of the run, its settings or its environment: no
option may narrow what a yes stands on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.verdict.checks import Check, check_of

COLLECT_TIMEOUT_S = 300
"""It only ends a hang: a busy machine takes a tenth of it."""
_PLAIN = ("addopts=", "python_files=test_*.py", "python_functions=test", "python_classes=Test")
_VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST")


def catalogue(root: Path, folders: Sequence[str], *, about: str) -> dict[str, Check]:
    """pytest's name of each test in ``folders`` of ``root`` -> the check that it is.

    Args:
        root: folder of pytest's settings.
        folders: in ``root``.
        about: marker of tests that a plain run deselects because they are about something else.

    Raises:
        HarnessError: they cannot be collected.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.json"
        options = [word for setting in _PLAIN for word in ("--override-ini", setting)]
        code = f"from {__name__} import collect; collect()"
        command = [sys.executable, "-c", code, str(file), about, *options, *folders]
        environment = {key: text for key, text in os.environ.items() if key not in _VARIABLES}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        try:
            done = subprocess.run(
                command,
                cwd=root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=COLLECT_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            raise HarnessError(
                f"the list of all checks was not there within {COLLECT_TIMEOUT_S} s. "
                f"Fix: see why pytest --collect-only {' '.join(folders)} takes so long."
            ) from None
        if done.returncode != 0 or not file.exists():
            last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["no message"]
            raise HarnessError(
                f"the list of all checks cannot be made ({last[0]}). "
                f"Fix: pytest --collect-only {' '.join(folders)} shows why."
            )
        content = json.loads(file.read_text())
    return {nodeid: Check(**check) for nodeid, check in content.items()}


class Everything:
    """Takes every test, also where a conftest would have its file ignored."""

    def __init__(self, about: str) -> None:
        self._about = about
        self.found: dict[str, Check] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        is_test = collection_path.match("test_*.py")
        is_folder = collection_path.is_dir() and not collection_path.name.startswith((".", "_"))
        return False if is_test or is_folder else None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        self.found[item.nodeid] = check_of(item)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        for item in items:
            if item.get_closest_marker(self._about):
                self.found.pop(item.nodeid, None)


def collect() -> None:
    """What runs in the process of its own: writes the list to the file that it is given."""
    file, about, *options = sys.argv[1:]
    everything = Everything(about)
    plain = ["--collect-only", "-qq", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    code = pytest.main([*plain, *options], plugins=[everything])
    if code == pytest.ExitCode.OK:
        checks = {nodeid: check.to_json() for nodeid, check in everything.found.items()}
        Path(file).write_text(json.dumps(checks))
    sys.exit(code)
