"""Texts of any characters: what the contract says is shown letter by letter, and what is chosen is
sent as it is.

The form is the real one in its container. A stub of the API serves it a contract of such texts and
keeps what the form sends.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.datasets.shapes import AWKWARD
from tests.e2e.asked import asked_by_click, contract
from tests.houses.api import Value
from tests.houses.form import PriceForm
from tests.houses.stub_api import StubApi

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("stub")]
CHOICES = [*AWKWARD, "A", "a", "1", "1.0", "true", "None"]
UNITS = ("%", "°", "$/m²", "<m>", "🏡", "מטר", "_x_")
LABELS = {f"text_{place}": text for place, text in enumerate(AWKWARD)}
METRO = "Distance to metro"
"""It has the letter that is its unit."""
NUMBER = {"kind": "number", "minimum": 0.0, "maximum": 9.0, "step": 1.0, "default": 5.0}
CHOICE = {"kind": "choice", "choices": CHOICES, "default": CHOICES[-1], "unit": None}
SCHEMA = contract(
    [
        {**NUMBER, "name": name, "label": text, "help": text, "group": text, "unit": unit}
        for (name, text), unit in zip(LABELS.items(), UNITS, strict=True)
    ]
    + [
        {**CHOICE, "name": "any", "label": "Any of these", "help": "", "group": "Choices"},
        {**NUMBER, "name": "metro", "label": METRO, "help": "", "group": "Choices", "unit": "m"},
    ]
)


@pytest.fixture
def form_of_texts(stub: StubApi, address_of_form_of_stub: str, page: Page) -> PriceForm:
    stub.says({"GET /schema": SCHEMA})
    return PriceForm(page, address_of_form_of_stub).open()


@pytest.mark.check("browser.texts-shown")
def test_texts_of_any_characters_are_shown_letter_by_letter(
    form_of_texts: PriceForm, subtests: pytest.Subtests
) -> None:
    headings = form_of_texts.page.get_by_test_id("stForm").get_by_role("heading", level=2)
    expect(headings, "a heading is another text").to_have_text([*AWKWARD, "Choices"])
    for (name, text), unit in zip(LABELS.items(), UNITS, strict=True):
        with subtests.test(text=text):
            label = form_of_texts.widget(name).get_by_test_id("stWidgetLabel")
            expect(label, "the label is another text").to_have_text(f"{text} ({unit})")
            form_of_texts.until_help_says(name, text)
    label = form_of_texts.widget("metro").get_by_test_id("stWidgetLabel")
    expect(label, "the label has lost its unit").to_have_text(f"{METRO} (m)")


@pytest.mark.check("browser.texts-chosen")
def test_choices_of_any_characters_are_offered_chosen_and_sent_as_they_are(
    form_of_texts: PriceForm, stub: StubApi, subtests: pytest.Subtests
) -> None:
    form = form_of_texts
    assert form.choices("any") == CHOICES, "the list offers other choices"
    for choice in CHOICES:
        with subtests.test(choice=choice):
            house: dict[str, Value] = {
                **dict.fromkeys(LABELS, 5.0), "any": choice, "metro": 5.0,
            }  # fmt: skip
            form.enter("any", choice)

            bodies = asked_by_click(form, stub, SCHEMA, house)

            assert [json.loads(body) for body in bodies] == [house], "another choice is sent"
            assert form.shown().inputs["any"] == choice
