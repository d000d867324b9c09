"""An API that is away, at fault or not understood: the page says so plainly, and heals."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.form.form_fake_api import FakeApi
from tests.unit.form.form_page import HOUSE, PROBLEM, click, html

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
    "no warnings": ("nonsense", altered(warnings=None)),
    "a warning of nothing": ("nonsense", altered(warnings=[{"field": "sails", "message": "?"}])),
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
