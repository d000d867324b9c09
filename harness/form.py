"""The form as a person uses it: a page object over Playwright.

It finds widgets by the keys that the form gives them (``input-<name>``), and knows an answer from
the one before it by its request id, so that it never reads what a previous click showed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from harness.api import Value
from harness.drops import Drops
from harness.wait import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

BUTTON = "Estimate price"
PATIENCE = 15.0  # seconds until something that should appear must be there
PROBLEM = ".st-key-problem"
IDLE = (
    "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
)

# The id of what the page shows now: of a price, or of the problem that took its place.
_ANSWER = """() => {
    const result = document.querySelector(".st-key-result [data-request-id]");
    if (result) return result.dataset.requestId;
    const problem = document.querySelector(".st-key-problem");
    const reference = problem && problem.innerText.match(/Reference for support:\\s*(\\S+)/);
    return reference ? reference[1] : "";
}"""

_DRAWN = """() => {
    const widgets = [...document.querySelectorAll("[class*=st-key-input-]")];
    return widgets.length > 0 && widgets.every(each => each.querySelector("input"));
}"""

_SHOWN = f"() => !!document.querySelector('{PROBLEM}') || ({_DRAWN})()"

# What an open list has drawn, by its place, and on to the part below or back to the top.
_DRAWN_CHOICES = """list => {
    const drawn = [...list.querySelectorAll("[role=option]")].map(
        (each, at) => [Number(each.ariaPosInSet ?? at + 1), each.innerText]);
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight;
    list.scrollTo(0, atEnd ? 0 : list.scrollTop + list.clientHeight);
    return drawn;
}"""


@dataclass(frozen=True)
class Shown:
    """What the page shows after a click that gave a price.

    Attributes:
        price, lower, upper, coverage: the exact numbers that the page carries.
        price_text: the price as a person reads it.
        inputs: name of the input -> its value as a person reads it.
        run_link: address behind the link to the model's MLflow run, None without one.
        text: all text of the result.
    """

    price: float
    lower: float
    upper: float
    coverage: float
    currency: str
    model_version: str
    request_id: str
    price_text: str
    inputs: dict[str, str]
    run_link: str | None
    text: str

    @property
    def figures(self) -> tuple[float, float, float]:
        return self.price, self.lower, self.upper


class PriceForm:
    """One browser page with the form in it.

    Attributes:
        page: Playwright's page.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        page.set_default_timeout(PATIENCE * 1000)

    def open(self) -> Self:
        """Loads the page and waits until the form is drawn."""
        self.visit()
        self.until_drawn()
        return self

    def at_hand(self) -> Self:
        """As it is, when it is open already and can be filled in; else like :meth:`open`."""
        there = self.page.url.startswith(self.address)
        return self if there and self.page.evaluate(_DRAWN) else self.open()

    def visit(self, seconds: float = PATIENCE) -> None:
        """Loads the page and waits until it shows the whole form, or why there is none."""
        with Drops(self.page) as drops:
            drops.goto(self.address)

            def missing() -> str | None:
                if drops.seen:
                    drops.goto(self.address)
                return None if self.page.evaluate(_SHOWN) else "neither is there"

            wait_until(
                missing,
                what="the whole form, or a message in its place",
                address=self.address,
                seconds=seconds,
                hint="the log of the form's service",
            )

    @property
    def errors(self) -> list[str]:
        """What this page wrote to the browser's console as an error, and uncaught exceptions."""
        said = self.page.console_messages(filter="since-navigation")
        errors = [each for each in said if each.type == "error"]
        thrown = self.page.page_errors(filter="since-navigation")
        return [f"{each.text} ({each.location.get('url', '')})" for each in errors] + [
            str(each) for each in thrown
        ]

    def until_drawn(self) -> None:
        """Waits until every widget can be used: the page loads their code when it needs it."""
        self.button.wait_for()
        self.page.wait_for_function(_DRAWN)
        self._until_idle()

    @property
    def button(self) -> Locator:
        return self.page.get_by_role("button", name=BUTTON, exact=True)

    def widget(self, name: str) -> Locator:
        """Everything that belongs to one input: its label, its control, its help."""
        return self.page.locator(f".st-key-input-{name}")

    def control(self, name: str) -> Locator:
        """What takes the keyboard for one input: a number field, a list, or two radio buttons."""
        return self.widget(name).locator("input")

    def fill(self, house: Mapping[str, Value]) -> Self:
        """Enters a value into every widget that ``house`` names, as a person would."""
        for name, value in house.items():
            self.enter(name, value)
        return self

    def enter(self, name: str, value: Value) -> None:
        match value:
            case bool():
                self.widget(name).get_by_text("Yes" if value else "No", exact=True).click()
            case str():
                choices = self.widget(name).get_by_role("combobox")
                if choices.input_value() == value:
                    return  # there is nothing to type, and only typing opens the list
                # Without the click, the page may scroll while the list opens, which closes it.
                choices.click()
                choices.fill(value)  # a long list draws only a part of itself: this narrows it
                self.page.get_by_role("option", name=value, exact=True).click()
            case _:
                field = self.control(name)
                if field.input_value() == repr(value):
                    return
                field.fill(repr(value))
                field.press("Tab")  # leaving the field is what makes Streamlit take the value

    def value(self, name: str) -> str:
        """What a number field or a list holds now, or which radio button is pressed."""
        chosen = self.widget(name).get_by_role("radio", checked=True)
        if chosen.count():
            return chosen.locator("xpath=ancestor::label").inner_text()
        return self.control(name).input_value()

    def open_list(self, name: str) -> None:
        """Shows what a list offers."""
        box = self.widget(name).get_by_role("combobox")
        # Without the click, the page may scroll while the list opens, which closes it.
        box.click()
        box.press("ArrowDown")
        self.page.get_by_role("option").first.wait_for()

    def choices(self, name: str) -> list[str]:
        """All that a list offers, in order, found by scrolling through it: a long one draws only
        the part that is in view."""
        self.open_list(name)
        choices, options = self.page.get_by_role("listbox"), self.page.get_by_role("option")
        length = int(options.first.get_attribute("aria-setsize") or options.count())
        found: dict[int, str] = {}

        def problem() -> str | None:
            found.update(choices.evaluate(_DRAWN_CHOICES))
            return None if len(found) == length else f"{len(found)} of {length} were drawn"

        wait_until(
            problem, what=f"every choice of {name}", seconds=PATIENCE, hint="is it in the list?"
        )
        self.page.keyboard.press("Escape")
        choices.wait_for(state="detached")
        return [found[place] for place in sorted(found)]

    def estimate(self) -> Shown:
        """Presses the button and returns the price that this click gave.

        Raises:
            AssertionError: the form shows a problem instead.
        """
        self.press()
        if self.page.locator(PROBLEM).count():
            raise AssertionError(f"no price, but: {self.problem()}")
        return self.shown()

    def press(self) -> None:
        """Presses the button and waits for its answer, be it a price or a problem."""
        self._until_idle()  # a click is lost while the page has lost its server
        before = self.page.evaluate(_ANSWER)
        self.button.click()
        self.wait_for_another(before)

    def wait_for_another(self, before: str) -> None:
        """Waits for an answer that is not the one with the id ``before``.

        Raises:
            AssertionError: there is none; it says what is shown instead.
        """
        from playwright.sync_api import TimeoutError as NotSeenError

        another = f"before => ![before, ''].includes(({_ANSWER})())"
        try:
            self.page.wait_for_function(another, arg=before)
        except NotSeenError:
            shows = "a price of an earlier click" if self.shows_a_price() else "no new answer"
            raise AssertionError(f"{PATIENCE:g} s after the click the form shows {shows}") from None
        self._until_idle()

    def answer_id(self) -> str:
        """Id of the price or problem that is shown, empty before the first click."""
        return str(self.page.evaluate(_ANSWER))

    def problem(self) -> str:
        """The plain message that stands where a price would."""
        return self.page.locator(PROBLEM).inner_text()

    def shows_a_price(self) -> bool:
        return bool(self.page.locator(".st-key-result, [data-price]").count())

    def shown(self) -> Shown:
        """The price that stands there now."""
        result = self.page.locator(".st-key-result")
        data: dict[str, str] = result.locator("[data-request-id]").evaluate("e => ({...e.dataset})")
        inputs: dict[str, str] = result.locator("[data-input]").evaluate_all(
            "all => Object.fromEntries("
            "all.map(e => [e.dataset.input, e.querySelector('dd').innerText]))"
        )
        link = result.get_by_role("link", name=re.compile("MLflow"))
        return Shown(
            price=float(data["price"]),
            lower=float(data["lower"]),
            upper=float(data["upper"]),
            coverage=float(data["coverage"]),
            currency=data["currency"],
            model_version=data["modelVersion"],
            request_id=data["requestId"],
            price_text=result.locator(".price").inner_text(),
            inputs=inputs,
            run_link=link.get_attribute("href") if link.count() else None,
            text=result.inner_text(),
        )

    def _until_idle(self) -> None:
        self.page.locator(IDLE).wait_for(state="attached")
