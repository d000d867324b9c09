"""What the form logs of a house: that it was refused or has no price, and nothing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from harness.stack import diagnosis
from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar, running_sidecar
from harness.stack.wait import wait_until
from harness.verdict.checks import Figures
from tests.houses.altered import API_PORT, TRIES
from tests.houses.api import Value
from tests.houses.containers import WORKER
from tests.houses.form import PriceForm
from tests.houses.marks import found, marked_house, marks_of
from tests.houses.stub_api import Lie, running_stub
from tests.integration.watched import LOG_TIMEOUT_S, SHARES, files_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.containers

FORM_PORT = 8501
PREDICT = "POST /predict"
VARYING_TEXT = re.compile(r"[0-9a-f]{32}|[\d-]{10} [\d:.,]{8,}")  # a request id, a time
Inputs = dict[str, dict[str, Any]]


def house_on_steps(inputs: Inputs, share: float) -> dict[str, Value]:
    """The marked house of ``share``, with numbers that the form's buttons reach."""
    marked = marked_house(list(inputs.values()), share)
    return {name: on_step(value, inputs[name]) for name, value in marked.items()}


def on_step(value: Value, one: dict[str, Any]) -> Value:
    """``value``, or the nearest below it that the form's buttons reach."""
    if isinstance(value, (bool, str)) or not one.get("step"):
        return value
    steps = int((value - one["minimum"]) / one["step"])
    exact: Value = one["minimum"] + steps * one["step"]
    return exact if one["kind"] == "integer" else round(float(exact), 10)


def refusals(house: Mapping[str, Value], inputs: Inputs) -> dict[str, Lie]:
    """Answers that refuse ``house``, some of them in words that repeat it."""
    echo, first = json.dumps(house), next(iter(inputs.values()))

    def problem(status: int, **more: object) -> Lie:
        content = {"title": "Not this house", "status": status, "detail": echo, **more}
        return Lie(json.dumps(content), status, "application/problem+json")

    named = {"field": first["name"], "label": first["label"], "message": echo}
    return {
        "422 that names a field": problem(422, errors=[named]),
        "422 that names none": problem(422),
        "422 without a reason": Lie(echo, 422),
        "400": problem(400),
        "401": problem(401),
        "413": problem(413),
        "429": problem(429),
        "404": problem(404),
        "500": problem(500),
        "503": problem(503),
        "the price of no house": Lie(changes={"inputs": {}}),
        "a house in the place of a price": Lie(changes={"price": house}),
        "no JSON": Lie(f"<p>{echo}</p>"),
    }


def log_after(container: str, press: Callable[[], object]) -> list[str]:
    """What the form printed for a click that is refused: one line at least."""
    before = len(lines_of(container))
    press()
    wait_until(
        lambda: None if len(lines_of(container)) > before else "it printed nothing",
        what=f"{container} logs that a house was refused",
        seconds=LOG_TIMEOUT_S,
        hint="streamlit_app/api_client.py writes the line",
    )
    return lines_of(container)[before:]


def lines_of(container: str) -> list[str]:
    return [line for line in diagnosis.log_of(container).splitlines() if line.strip()]


@pytest.mark.check("edges.log-form")
def test_the_form_logs_and_keeps_nothing_of_the_houses_that_are_entered(
    compose_stack: ComposeStack, failing: Sidecar, inputs: Inputs, page: Page
) -> None:
    """When a price comes and when the API fails, which the form does log."""
    with running_sidecar(
        compose_stack,
        "streamlit",
        name=f"watched-form-{WORKER}",
        port=FORM_PORT,
        variables={"API_URL": f"http://{failing.name}:{API_PORT}"},
    ) as sidecar:
        form = PriceForm(page, sidecar.address).open()
        printed = len(diagnosis.log_of(sidecar.name).splitlines())
        logs = []
        for share in SHARES:
            form.fill(house_on_steps(inputs, share))
            outcomes: set[bool] = set()
            for _ in range(TRIES):
                form.press()
                outcomes.add(form.shows_a_price())
                if len(outcomes) == 2:  # a price and a problem, as the model's chance has it
                    break
            assert outcomes == {True, False}
            lines = diagnosis.log_of(sidecar.name).splitlines()[printed:]
            printed += len(lines)
            logs.append({VARYING_TEXT.sub("", line) for line in lines if line.strip()})
        files = files_of(sidecar.name)

    assert logs[0] == logs[1] != set(), "the form logs what is entered"
    assert files == {}, "the form keeps files"


@pytest.mark.check("edges.log-form-refused")
def test_the_form_logs_and_keeps_nothing_of_a_house_that_is_refused_in_any_way(
    compose_stack: ComposeStack, inputs: Inputs, page: Page, figure: Figures
) -> None:
    """What it logs is the same for two houses that have no value in common."""
    logs: list[list[str]] = []
    with (
        running_stub(compose_stack, name=f"refusing-api-{WORKER}") as stub,
        running_sidecar(
            compose_stack,
            "streamlit",
            name=f"refused-form-{WORKER}",
            port=FORM_PORT,
            variables={"API_URL": stub.url},
        ) as sidecar,
    ):
        form = PriceForm(page, sidecar.address).open()
        for share in SHARES:
            house = house_on_steps(inputs, share)
            form.fill(house)
            printed = []
            for refusal, lie in refusals(house, inputs).items():
                stub.says({PREDICT: lie})
                printed += log_after(sidecar.name, form.press)
                assert not form.shows_a_price(), refusal
            assert found(marks_of(house), "\n".join(printed)) == []
            logs.append([VARYING_TEXT.sub("", line) for line in printed])
        files = files_of(sidecar.name)

    assert logs[0] == logs[1], "the form logs what is entered in a house that is refused"
    assert files == {}, "the form keeps files"
    figure("lines about each house", len(logs[0]), at_least=len(refusals({}, inputs)))
