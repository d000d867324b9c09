"""The form all over the domain: what is shown is what is sent, and its price is the model's own.

The form is the real one in its container. A stub passes what it sends on to the real API and keeps
it; the bundle's model runs beside the gate.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

from harness.verdict.checks import Figures
from tests.e2e.inputs import Inputs, another_value, numbers_of
from tests.e2e.test_form_price import assert_shows
from tests.houses.domain import SEED, Domain
from tests.houses.form import PriceForm
from tests.houses.reading import shows
from tests.houses.stub_api import StubApi

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.houses.model import LocalModel

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("stub")]

HOUSES, ROUNDS = 30, 12
UNREADABLE = ("-", "1e", ".")  # of which a browser makes no number
TYPED_AND_DELETED = "1"
"""Until what is sent all the same has arrived."""


@pytest.fixture
def form(stub: StubApi, address_of_form_of_stub: str, page: Page) -> PriceForm:
    """A fresh form whose API is :func:`stub`."""
    return PriceForm(page, address_of_form_of_stub).open()


def assert_sends_what_it_shows(form: PriceForm, stub: StubApi, inputs: Inputs) -> None:
    """The click that follows sends each input as the page shows it, and nothing that it hides.

    A folded group hides nothing: whoever unfolds it sees what is in it.
    """
    stub.says({})  # forgets what was sent before
    for name in inputs:
        form.reveal(name)
    seen = [name for name in inputs if form.widget(name).is_visible()]
    texts = {name: form.value(name) for name in seen}

    form.press()

    [body] = stub.posted()
    sent = json.loads(body)
    hidden = {name: value for name, value in sent.items() if name not in texts}
    assert hidden == {}, f"the form sends what the page does not show: {hidden}"
    other = {name: sent.get(name) for name in seen if not shows(texts[name], sent.get(name))}
    assert other == {}, f"the form sends other values than it shows: {other}, not {texts}"


@pytest.mark.check("browser.domain")
def test_houses_with_each_choice_and_both_ends_of_each_number_have_the_models_price(
    form: PriceForm, stub: StubApi, inputs: Inputs, domain: Domain, local_model: LocalModel,
    figure: Figures, subtests: pytest.Subtests,
) -> None:  # fmt: skip
    """All typed into the form. Of a list with more than 30 choices, those come first that no
    held-out house has."""
    houses = domain.cover(HOUSES)
    figure("houses", len(houses), f"from seed {SEED}")
    for house in houses:
        with subtests.test(house=house):
            form.fill(
                {name: house[name] for name in house if form.entered.get(name) != house[name]}
            )
            assert_sends_what_it_shows(form, stub, inputs)

            shown = form.shown()
            assert shown.figures == local_model.figures(house), "another price than the model's own"
            assert_shows(shown, house, inputs)


@pytest.mark.check("browser.sent")
def test_every_input_is_sent_as_the_page_shows_it_and_none_that_it_hides(
    form: PriceForm, stub: StubApi, inputs: Inputs, subtests: pytest.Subtests
) -> None:
    """Untouched, and with one input after the other changed; of more than 12, some at once."""
    with subtests.test("untouched"):
        assert_sends_what_it_shows(form, stub, inputs)
    names, at_once = list(inputs), math.ceil(len(inputs) / ROUNDS)
    for start in range(0, len(names), at_once):
        changed = names[start : start + at_once]
        with subtests.test(changed=", ".join(changed)):
            form.fill({name: another_value(inputs[name]) for name in changed})
            assert_sends_what_it_shows(form, stub, inputs)


@pytest.mark.check("browser.emptied")
def test_a_number_field_that_was_emptied_is_refused_at_the_field_and_nothing_is_sent(
    form: PriceForm, stub: StubApi, inputs: Inputs, subtests: pytest.Subtests
) -> None:
    """Left with Tab, with a click on the button, and with either Enter. So is what is no number."""
    numbers = numbers_of(inputs)
    stub.says({})
    for name, one in numbers.items():
        with subtests.test(field=name):
            form.enter(name, one["maximum"])
            empty(form, name)
            form.page.keyboard.press("Tab")
            assert_refused(form, stub, name)

            form.button.click()
            assert_refused(form, stub, name)

            for key in ("Enter", "NumpadEnter"):
                form.control(name).press(key)
                assert_refused(form, stub, name)

            form.enter(name, one["default"])
            assert form.widget(name).get_by_role("alert").count() == 0, "the message stays"
    for unreadable in UNREADABLE:
        with subtests.test(typed=unreadable):
            empty(form, name)
            form.control(name).press_sequentially(unreadable)
            form.button.click()
            assert_refused(form, stub, name)
    form.enter(name, one["default"])
    form.press()
    # A page sends in order: what a refusal had sent would stand before this one, however late.
    posted = stub.posted()
    assert len(posted) == 1, f"an empty field is sent: {posted[:-1]}"
    sent = json.loads(posted[0])
    assert {name: sent[name] for name in numbers} == {
        name: one["default"] for name, one in numbers.items()
    }


def empty(form: PriceForm, name: str) -> None:
    """As a person does: the number goes letter by letter, and another one too."""
    field = form.reveal(name).control(name)
    field.fill("")
    field.press_sequentially(TYPED_AND_DELETED)
    field.press("Backspace")


def assert_refused(form: PriceForm, stub: StubApi, name: str) -> None:
    """The field stays empty and says so, in sight; nothing is sent, and no price is shown."""

    def problem() -> str | None:
        assert stub.posted() == [], f"an empty {name} is sent: {stub.posted()}"
        text = form.control(name).input_value()
        assert text == "", f"the form puts {text} where nothing was entered"
        alert = form.widget(name).get_by_role("alert")
        told = alert.count() and "is missing" in alert.inner_text() and alert.is_visible()
        return None if told else "the field says nothing"

    form.until(problem, lambda: None, what=f"an empty {name} is refused")
    assert form.control(name).get_attribute("aria-invalid") == "true"
