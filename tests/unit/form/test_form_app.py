"""The page as a whole, run by Streamlit's own test runner: what a person reads after a click."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.form.form_fake_api import FakeApi
from tests.unit.form.form_page import HOUSE, PROBLEM, click, html


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


def test_a_warning_of_the_api_stands_beside_the_price(form: AppTest, api: FakeApi) -> None:
    warning = {"field": "built", "label": "Year built", "message": "1900 & before: <b>a guess</b>."}
    api.answers["/predict"] = lambda request, body: request.reply(
        api.answer(body) | {"warnings": [warning]}
    )
    click(form.run())

    shown = html(form)
    assert "data-beyond='built'>1900 &amp; before: &lt;b&gt;a guess&lt;/b&gt;.</p>" in shown
    assert "data-price" in shown


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
