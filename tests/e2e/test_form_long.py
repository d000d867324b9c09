"""A form of 64 inputs: its groups fold, its button stays in view, and everybody reaches all of it.

The form is the real one in its container. A stub of the API serves it such a contract and keeps
what the form sends.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from harness.browser.accessibility import grave_faults
from tests.e2e.asked import asked_by_click, contract
from tests.e2e.page import cut_off, on_both_screens
from tests.houses.actions import ATTEMPT_TIMEOUT_MS
from tests.houses.api import Value
from tests.houses.cases import typical
from tests.houses.form import PriceForm
from tests.houses.keyboard import Keyboard
from tests.houses.stub_api import StubApi

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("stub")]
MEMBERS = 8  # of each of the eight groups
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "number", "minimum": 0.0, "maximum": 9.0, "step": 0.5, "default": 5.0},
    {"kind": "choice", "choices": ["Good", "Fair", "Poor"], "default": "Fair"},
    {"kind": "yes_no", "default": False},
)
INPUTS = [
    {
        **KINDS[place % len(KINDS)],
        "name": f"input_{place}",
        "label": f"Input {place}",
        "help": f"What it is: {place}.",
        "group": f"Group {place // MEMBERS}",
        "unit": None,
    }
    for place in range(8 * MEMBERS)
]
NAMES = [str(one["name"]) for one in INPUTS]
LAST = NAMES[-1]  # a number
SCHEMA = contract(INPUTS)
MOST_STOPS = 400
# By how many pixels the button that stays in view, or an end of the window, hides what has the
# keyboard, and its words. A control that is drawn by something else has no size: that is looked at.
HIDDEN = """() => {
    let focused = document.activeElement;
    while (focused.getBoundingClientRect().height < 10) focused = focused.parentElement;
    const seen = focused.getBoundingClientRect();
    const bar = document.querySelector(".stElementContainer:has(.stFormSubmitButton)");
    const lowest = bar.contains(focused) ? innerHeight : bar.getBoundingClientRect().top;
    const words = focused.getAttribute("aria-label") || focused.innerText || focused.tagName;
    return [Math.max(seen.bottom - lowest, -seen.top, 0), words];
}"""
# What a style sheet, and so no locator, finds in the title of a folded group.
AFTER_TITLE = "e => getComputedStyle(e, '::after').content"


@pytest.fixture
def long_form(stub: StubApi, address_of_form_of_stub: str, page: Page) -> PriceForm:
    stub.says({"GET /schema": SCHEMA})
    return PriceForm(page, address_of_form_of_stub).open()


@pytest.mark.check("browser.long-folds")
@on_both_screens
def test_a_form_of_64_inputs_folds_and_keeps_its_button_in_view(
    long_form: PriceForm, width: int
) -> None:
    assert long_form.groups() == list(dict.fromkeys(one["group"] for one in INPUTS))
    folded = [name for name in NAMES if long_form.is_folded(name)]
    assert folded == NAMES[MEMBERS:], "not all groups but the first are folded"
    assert_usable(long_form)

    for name in NAMES[::MEMBERS]:
        long_form.reveal(name)

    assert [name for name in NAMES if long_form.is_folded(name)] == []
    assert_usable(long_form)


def assert_usable(form: PriceForm) -> None:
    expect(form.button).to_be_in_viewport(ratio=1)
    assert cut_off(form.page) == [], "cut off at the right"
    assert grave_faults(form.page) == []


@pytest.mark.check("browser.long-keyboard")
def test_an_input_in_a_folded_group_can_be_entered_with_the_keyboard_alone(
    long_form: PriceForm, stub: StubApi
) -> None:
    keyboard = Keyboard(long_form)
    house: dict[str, Value] = {**typical(INPUTS), LAST: 7.5}
    keyboard.tab_to(LAST)
    keyboard.type(LAST, 7.5)

    bodies = asked_by_click(long_form, stub, SCHEMA, house, keyboard.press_button)

    assert [json.loads(body) for body in bodies] == [house]
    assert not long_form.is_folded(LAST), "a click folds what was unfolded"


@pytest.mark.check("browser.long-focus")
@on_both_screens
@pytest.mark.parametrize("groups", ["folded", "unfolded"])
def test_what_has_the_keyboard_is_in_view_and_not_behind_the_button(
    long_form: PriceForm, width: int, groups: str
) -> None:
    """All the way down with the Tab key, and back."""
    if groups == "unfolded":
        for name in NAMES[::MEMBERS]:
            long_form.reveal(name)
    long_form.control(NAMES[0]).focus()
    down = walk(long_form, "Tab", until="e => e.closest('.stFormSubmitButton') !== null")
    up = walk(long_form, "Shift+Tab", until=f"e => e.matches('.st-key-input-{NAMES[0]} input')")

    fewest = MEMBERS + len(NAMES) // MEMBERS if groups == "folded" else len(NAMES)
    assert min(down, up) >= fewest, f"{down} stops on the way down and {up} on the way up"


def walk(form: PriceForm, key: str, until: str) -> int:
    """Presses a key until something has the keyboard; all that has it on the way must be in view.

    Returns:
        how often it was pressed.
    """
    for presses in range(1, MOST_STOPS):
        form.page.keyboard.press(key)

        def problem() -> str | None:
            hidden, what = form.page.evaluate(HIDDEN)
            # Scrolling leaves less than a pixel.
            return f"{hidden:.0f} pixels of {what} are hidden" if hidden > 1 else None

        form.until(problem, lambda: None, what=f"what has the keyboard after {key} is in view")
        if form.page.evaluate(f"({until})(document.activeElement)"):
            return presses
    raise AssertionError(f"{MOST_STOPS} times {key} lead nowhere")


@pytest.mark.check("browser.long-refused")
def test_a_folded_group_says_that_a_number_in_it_is_refused(long_form: PriceForm) -> None:
    title = long_form.group(LAST).locator("summary")
    long_form.enter(LAST, 1000.0)
    expect(long_form.control(LAST)).to_have_attribute("aria-invalid", "true")
    assert "outside its range" not in title.evaluate(AFTER_TITLE)

    until_folded_says(long_form, "outside its range")


@pytest.mark.check("browser.long-emptied")
def test_a_click_leads_to_the_number_that_is_missing_in_a_folded_group(
    long_form: PriceForm, stub: StubApi
) -> None:
    """Its group unfolds, and the field has the keyboard."""
    field = long_form.reveal(LAST).control(LAST)
    field.fill("")
    field.press("Tab")
    until_folded_says(long_form, "missing")
    stub.says({"GET /schema": SCHEMA})  # forgets what was sent before

    long_form.button.click()

    expect(field, "the empty field in a folded group has the keyboard").to_be_focused()
    expect(field).to_be_in_viewport(ratio=1)
    assert not long_form.is_folded(LAST)
    assert stub.posted() == []


def until_folded_says(form: PriceForm, words: str) -> None:
    """Folds the group of the last input, whose title then tells what is wrong in it."""
    title = form.group(LAST).locator("summary")

    def problem() -> str | None:
        said = title.evaluate(AFTER_TITLE)
        told = form.is_folded(LAST) and words in said
        return None if told else f"folded is {form.is_folded(LAST)}, and it says {said}"

    def fold() -> None:
        if not form.is_folded(LAST):
            title.click(timeout=ATTEMPT_TIMEOUT_MS)

    form.until(problem, fold, what=f"the folded group tells that its number is {words}")
