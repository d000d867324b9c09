"""The page object, in a real browser, on a page that closes, moves and redraws what it uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from harness.errors import NotInTimeError
from tests.harness.hostile_page import PAGE
from tests.houses import actions
from tests.houses import form as form_module
from tests.houses.api import Value
from tests.houses.form import PriceForm
from tests.houses.keyboard import Keyboard

if TYPE_CHECKING:
    from playwright.sync_api import Page

ADDRESS = "http://houses.invalid/"
HOUSE: dict[str, Value] = {"area": -0.00000001, "style": "Two storeys", "air": False}
DISTURBANCES = ["", "closes", "scrolls", "redraws", "blurs", "reverts", "offline", "moves", "drops"]


@pytest.fixture
def hostile(page: Page) -> Iterator[Page]:
    page.route(f"{ADDRESS}**", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    yield page
    page.unroute_all()


def opened(page: Page, word: str) -> PriceForm:
    page.goto(f"{ADDRESS}#{word}")
    return PriceForm(page, ADDRESS)


def taken(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("taken")
    return found


@pytest.mark.parametrize("word", DISTURBANCES)
def test_a_house_is_entered_and_sent_once_whatever_the_page_does_meanwhile(
    hostile: Page, word: str
) -> None:
    form = opened(hostile, word)

    form.fill(HOUSE)
    assert taken(hostile) == {"area": "-0.00000001", "style": "Two storeys", "air": "No"}
    form.press()

    assert hostile.evaluate("asked") == 1
    assert hostile.locator("[data-request-id]").get_attribute("data-price") == "-0.00000001"


@pytest.mark.parametrize("word", DISTURBANCES)
def test_a_house_is_entered_with_keys_whatever_the_page_does_meanwhile(
    hostile: Page, word: str
) -> None:
    form = opened(hostile, word)
    keyboard = Keyboard(form)

    for name, value in HOUSE.items():
        keyboard.tab_to(name)
        keyboard.type(name, value)
    keyboard.press_button()

    assert taken(hostile) == {"area": "-0.00000001", "style": "Two storeys", "air": "No"}
    assert hostile.evaluate("asked") == 1


@pytest.mark.parametrize("word", ["", "closes", "scrolls", "redraws", "blurs"])
def test_all_choices_of_a_list_are_read_whatever_the_page_does_meanwhile(
    hostile: Page, word: str
) -> None:
    form = opened(hostile, word)

    choices = form.choices("style")

    assert choices == hostile.evaluate("styles")
    assert form.value("style") == "Ranch"


@pytest.mark.parametrize("word", ["closes", "redraws"])
def test_a_look_at_an_open_list_is_one_in_which_it_stayed_open(hostile: Page, word: str) -> None:
    form = opened(hostile, word)

    def look() -> int:
        hostile.wait_for_timeout(50)  # the list closes in this time, twice
        return hostile.get_by_role("option").count()

    assert form.with_open_list("style", look) == 5


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (actions, form_module):
        monkeypatch.setattr(module, "PAGE_TIMEOUT_S", 2.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("word", "shows"), [("ignores", "no new answer"), ("stale", "earlier")])
def test_a_click_that_the_form_took_for_nothing_is_not_done_again(
    hostile: Page, word: str, shows: str
) -> None:
    form = opened(hostile, word)
    if word == "stale":
        form.press()

    with pytest.raises(AssertionError, match=f"a click that reached its button, .*{shows}"):
        form.press()

    assert form.seen().clicks == (1 if word == "ignores" else 2)


def test_an_entry_that_the_form_lost_is_not_made_again(hostile: Page) -> None:
    form = opened(hostile, "forgets").fill({"area": 7, "style": "A-frame"})

    with pytest.raises(AssertionError, match=r"lost what was entered: area: 7 .* it shows '5'"):
        form.press()

    assert hostile.evaluate("asked") == 0


def test_a_number_that_was_typed_and_not_taken_is_not_sent(hostile: Page) -> None:
    form = opened(hostile, "")
    form.control("area").fill("8")

    form.press()

    assert hostile.locator("[data-request-id]").get_attribute("data-price") == "8"


@pytest.mark.usefixtures("impatient")
def test_what_never_holds_says_what_was_seen_last(hostile: Page) -> None:
    form = opened(hostile, "")

    with pytest.raises(NotInTimeError, match=r"style holds 'Igloo'.* it shows 'Ranch'") as told:
        form.enter("style", "Igloo")

    assert all(repr(style) in str(told.value) for style in hostile.evaluate("styles"))


def test_one_press_of_a_step_button_is_one(hostile: Page) -> None:
    form = opened(hostile, "")

    form.step("area", "Increment", 6)

    assert taken(hostile)["area"] == "6"
