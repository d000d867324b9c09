"""The page as a whole, run by Streamlit's own test runner: what a person reads after a click."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from harness.wire import HANG_TIMEOUT_S
from tests.unit.form.form_fake_api import FakeApi

HOUSE = {"berths": 4, "length": 9.5, "built": 1998, "harbour": "Rock & Sand", "cabin": False}
PROBLEM = {
    "title": "Some inputs are not valid",
    "errors": [{"field": "built", "label": "Year built", "message": "must be at most 2026"}],
}


@pytest.fixture
def form(form_script: Path, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("API_URL", api.address)
    monkeypatch.setenv("MLFLOW_PUBLIC_URL", "http://localhost:5555")
    monkeypatch.setattr("api_client.CLICK_TIMEOUT_S", HANG_TIMEOUT_S)
    # For components, of which the form has none, the runner reads the metadata of all packages.
    discover = "streamlit.testing.v1.app_test.BidiComponentManager.discover_and_register_components"
    monkeypatch.setattr(discover, lambda *_, **__: None)
    return AppTest.from_file(form_script, default_timeout=2 * HANG_TIMEOUT_S)


def click(form: AppTest) -> AppTest:
    [estimate] = [button for button in form.button if button.label == "Estimate price"]
    return estimate.click().run()


def html(form: AppTest) -> str:
    return "".join(element.proto.body for element in form.get("html"))


def test_draws_every_input_of_the_contract_with_its_limits(form: AppTest) -> None:
    form.run()

    assert form.title[0].value == "Boats on the lake"
    assert [header.value for header in form.header] == ["Size", "State"]
    berths, length, built = form.number_input
    assert [field.key for field in (berths, length, built)] == [
        "input-berths", "input-length", "input-built",
    ]  # fmt: skip
    assert (berths.label, berths.min, berths.max, berths.step, berths.value) == (
        "Berths", 0, 12, 1, 4,
    )  # fmt: skip
    assert berths.help == "Beds on board"
    assert (length.label, length.min, length.max, length.step, length.value) == (
        "Length (m)", 2.5, 40, 0.5, 9.5,
    )  # fmt: skip
    assert (built.proto.format, built.value) == ("%d", 1998)
    [harbour] = form.selectbox
    assert harbour.options == ["Old Port", "Rock & Sand", "West"]
    assert (harbour.key, harbour.value) == ("input-harbour", "Rock & Sand")
    [cabin] = form.radio
    assert (cabin.key, cabin.options, cabin.value) == ("input-cabin", ["Yes", "No"], False)


def test_shows_the_price_of_the_house_that_was_filled_in(form: AppTest, api: FakeApi) -> None:
    form.run()
    form.number_input(key="input-built").set_value(2001)
    form.number_input(key="input-length").set_value(7.25)
    form.selectbox(key="input-harbour").set_value("West")
    form.radio(key="input-cabin").set_value(True)
    click(form)

    assert api.received == [
        HOUSE | {"built": 2001, "length": 7.25, "harbour": "West", "cabin": True}
    ]
    shown = html(form)
    assert 'data-price="98765.25" data-lower="80000.0" data-upper="120000.5"' in shown
    assert 'data-model-version="7" data-request-id="req-1"' in shown
    assert "CHF\N{NO-BREAK SPACE}98,765<" in shown
    assert "9 in 10 houses like this sell between CHF\N{NO-BREAK SPACE}80,000 and" in shown
    assert "<dt>Year built</dt><dd>2001</dd>" in shown
    assert "<dt>Length</dt><dd>7.25 m</dd>" in shown
    assert "<dt>Cabin</dt><dd>Yes</dd>" in shown
    assert "href='http://localhost:5555/#/experiments/1/runs/abc123'" in shown
    assert not form.exception


def test_no_link_to_mlflow_without_a_public_port(
    form: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_PUBLIC_URL", "http://localhost:0")
    click(form.run())

    assert "data-price" in html(form)
    assert "href" not in html(form)


def test_no_link_to_the_run_of_another_model(form: AppTest, api: FakeApi) -> None:
    api.answers["/model"] = lambda request, _: request.reply(
        {"version": "8", "run_id": "other", "experiment_id": "1"}
    )
    click(form.run())

    assert "data-price" in html(form)
    assert "href" not in html(form)


Misbehaviour = Callable[[Any, Any], None]


def altered(**changes: object) -> Misbehaviour:
    return lambda request, body: request.reply(request.server.answer(body) | changes)


FAULTS: dict[str, tuple[str, Misbehaviour]] = {
    "hangs up": ("unavailable", lambda request, _: request.connection.close()),
    "not ready": ("unavailable", lambda request, _: request.reply({"reason": "loading"}, 503)),
    "silent": ("slow", lambda request, _: request.hang()),
    "trickling headers": (
        "slow", lambda request, _: request.trickle(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    ),
    "trickling body": (
        "slow", lambda request, _: request.trickle(b"HTTP/1.1 200 OK\r\n\r\n{", b" "),
    ),
    "refused": ("rejected", lambda request, _: request.reply(PROBLEM, 422)),
    "broken": ("failed", lambda request, _: request.reply(PROBLEM, 500)),
    "another server": ("nonsense", lambda request, _: request.reply({"title": "Not Found"}, 404)),
    "no reason": ("nonsense", lambda request, _: request.reply(b"no", 422)),
    "not HTTP": ("nonsense", lambda request, _: request.wfile.write(b"220 mail ready\r\n")),
    "not JSON": ("nonsense", lambda request, _: request.reply(b"<h1>It works</h1>")),
    "not UTF-8": ("nonsense", lambda request, _: request.reply(b'{"price": "\xff"}')),
    "deep": ("nonsense", lambda request, _: request.reply(b"[" * 100_000)),
    "NaN": ("nonsense", altered(price=float("nan"))),
    "infinite": ("nonsense", altered(upper=float("inf"))),
    "beyond floats": ("nonsense", altered(upper=10**400)),
    "negative": ("nonsense", altered(price=-1.0, lower=-2.0)),
    "free": ("nonsense", altered(price=0.0, lower=0.0)),
    "outside": ("nonsense", altered(price=120001.0)),
    "text for a price": ("nonsense", altered(price="98765.25")),
    "true for a price": ("nonsense", altered(price=True, lower=0, upper=2)),
    "no version": ("nonsense", altered(model_version="")),
    "sure": ("nonsense", altered(coverage=1.0)),
    "euros": ("nonsense", altered(currency="EUR")),
    "another house": ("nonsense", altered(inputs=HOUSE | {"built": 1999})),
    "another type": ("nonsense", altered(inputs=HOUSE | {"cabin": 0})),
    "no house": ("nonsense", altered(inputs={})),
    "elsewhere": ("nonsense", lambda request, _: request.redirect("/model")),
    "half a character": ("nonsense", altered(request_id="\ud800")),
    "compressed": (
        "nonsense", lambda request, body: request.compressed(request.server.answer(body)),
    ),
}  # fmt: skip
HEADLINES = {
    "unavailable": "cannot be reached",
    "slow": "took too long",
    "rejected": "did not accept",
    "failed": "fault of its own",
    "nonsense": "cannot be right",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_plainly_without_a_price_and_heals(
    form: AppTest, api: FakeApi, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, misbehave = FAULTS[fault]
    form.run()
    begun = monotonic()
    click(form)
    took_s = monotonic() - begun
    assert "data-price" in html(form), "a price to be cleared away"

    well, api.answers["/predict"] = api.answers["/predict"], misbehave
    with monkeypatch.context() as impatient:
        if kind == "slow":  # and yet time enough, on this machine just now, to be asked
            impatient.setattr("api_client.CLICK_TIMEOUT_S", max(0.8, 3 * took_s))
        click(form)

    [told] = form.error
    assert HEADLINES[kind] in told.value
    assert "No price was estimated." in told.value
    assert not form.exception
    everything = html(form) + told.value
    assert f"support: <code>{api.predict_id}</code>" in html(form)
    assert "data-price" not in everything
    assert "98,765" not in everything
    if kind == "rejected":
        assert "**Year built**: must be at most 2026" in told.value

    api.answers["/predict"] = well
    click(form)

    assert not form.error
    assert "data-price" in html(form)


def test_an_api_that_is_gone_keeps_the_entries(
    form: AppTest, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    form.run()
    form.number_input(key="input-built").set_value(2001)
    monkeypatch.setenv("API_URL", "http://127.0.0.1:9")
    click(form)
    assert "cannot be reached" in form.error[0].value

    monkeypatch.setenv("API_URL", api.address)
    click(form)

    assert api.received[-1]["built"] == 2001


@pytest.mark.parametrize("schema", [b"{}", b"<h1>Hello</h1>", json.dumps([1]).encode()])
def test_waits_for_a_usable_contract_and_then_draws_the_form(
    form: AppTest, api: FakeApi, schema: bytes
) -> None:
    well = api.answers["/schema"]
    api.answers["/schema"] = lambda request, _: request.reply(schema)
    form.run()
    assert "The form appears here by itself" in form.error[0].value
    assert not form.number_input
    assert not form.exception

    api.answers["/schema"] = well
    [again] = [button for button in form.button if button.label == "Try again"]
    again.click().run()

    assert not form.error
    assert form.number_input


def test_a_kind_without_widget_is_told_and_not_left_out(form: AppTest, api: FakeApi) -> None:
    api.contract["inputs"][0]["kind"] = "date"
    form.run()

    assert form.error
    assert not form.number_input
    assert not form.exception


def test_a_model_with_other_inputs_is_not_met_by_a_stale_form(form: AppTest, api: FakeApi) -> None:
    form.run()
    form.number_input(key="input-built").set_value(2001)
    del api.contract["inputs"][0]
    api.contract["inputs"][0]["maximum"] = 9.0
    api.contract["inputs"][0]["default"] = 8.0
    api.answers["/predict"] = lambda request, body: (
        request.reply(PROBLEM, 422) if "berths" in body else request.reply(api.answer(body))
    )
    click(form)

    assert "asks for other things now" in form.error[0].value
    assert f"support: <code>{api.predict_id}</code>" in html(form)
    assert [field.key for field in form.number_input] == ["input-length", "input-built"]
    assert form.number_input(key="input-built").value == 2001
    assert not form.exception

    click(form)

    assert api.received[-1] == {
        "length": 8.0,
        "built": 2001,
        "harbour": "Rock & Sand",
        "cabin": False,
    }
    assert "data-price" in html(form)


def test_a_model_with_other_limits_answers_and_renews_the_form(form: AppTest, api: FakeApi) -> None:
    form.run()
    api.contract["inputs"][1]["maximum"] = 50.0
    click(form)

    assert "data-price" in html(form)
    assert form.number_input(key="input-length").max == 50
