"""What is judged of a run of pytest in a folder of its own: two checks, and the verdict on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FILES = {"verdict.json", "verdict.md", "report.html"}

TWO = """
    import pytest

    @pytest.mark.check("boot.first")
    def test_the_first_holds(): {first}

    @pytest.mark.check("boot.second")
    def test_the_second_holds(): {second}
"""
Verdict = dict[str, Any]
Judge = Callable[..., tuple[pytest.RunResult, Verdict]]


def outcomes(verdict: Verdict) -> dict[str, str]:
    return {check["id"]: check["outcome"] for check in verdict["checks"]}
