"""The verdict on a model's version, in a real MLflow: that of the stack that was booted."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.verdict.checks import Check
from harness.verdict.verdict import Result, Verdict
from tests.houses.gate import write_to_model
from tests.houses.tracker import MlflowApi
from tests.houses.trained_run import Trained

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("trained")]

GREEN = Result(Check("boot.up", "boot", "It is up"), "test_it", "passed")


@pytest.mark.check("tracking.verdict")
def test_a_verdict_can_be_read_from_the_version_that_was_tested(
    trained: Trained, tracker: MlflowApi, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_text("a page")
    logged = trained.bundle.manifest["mlflow"]
    name, version = logged["model_name"], logged["model_version"]
    model = {"name": name, "version": version, "run_id": logged["run_id"]}

    def tags() -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in tracker.version(name, version)["tags"]}

    for results, word in ([GREEN], "yes"), ([], "no"):
        verdict = Verdict(0.0, 1.0, results, tested={"model": model})
        write_to_model(verdict, page, tracker.address)
        assert tags()["gate.verdict"] == word

    another = Verdict(0.0, 1.0, [GREEN], tested={"model": {**model, "run_id": "another"}})
    with pytest.raises(HarnessError, match="but what was tested is of run another"):
        write_to_model(another, page, tracker.address)
    assert tags()["gate.verdict"] == "no"
