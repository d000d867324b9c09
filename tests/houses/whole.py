"""What a run may not be told that is to judge a model, because less than all would be asked."""

from __future__ import annotations

import pytest

ASKS_NOTHING = {
    "collectonly": "--collect-only",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
    "showfixtures": "--fixtures",
    "show_fixtures_per_test": "--fixtures-per-test",
    "cacheshow": "--cache-show",
    "markers": "--markers",
}
"""Name of what pytest parsed -> the option, with which no test runs."""
OTHER_SETTINGS = {"inifilename": "-c", "rootdir": "--rootdir"}
JUDGE_NOTHING = ("no:schemathesis", "no:cacheprovider", "no:faulthandler")
"""Plugins without which all checks are asked just the same."""


def refuse_less(config: pytest.Config) -> None:
    """Ends a run with ``--gate`` before it begins, where an option would empty its verdict.

    What only leaves some checks out (``-k``, ``--ignore``, a file) is not refused: the verdict is
    "incomplete" then and names them.

    Raises:
        pytest.UsageError: with the option and the fix.
    """
    for name, option in ASKS_NOTHING.items():
        if config.getoption(name, None):
            raise _refused(option, "no check would be asked")
    for name, option in OTHER_SETTINGS.items():
        if config.getoption(name, None):
            raise _refused(option, "the gate has the settings and the files of its own project")
    for plugin in config.getoption("plugins"):
        if plugin.startswith("no:") and plugin not in JUDGE_NOTHING:
            raise _refused(f"-p {plugin}", "a part of what judges would be missing")


def _refused(option: str, why: str) -> pytest.UsageError:
    return pytest.UsageError(f"--gate with {option}: {why}. Fix: leave out one of the two")
