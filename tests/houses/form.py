"""The form as a person uses it: a page object over Playwright.

It knows an answer from the one before it by its request id, so that it never reads what a previous
click showed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from harness.browser.drops import Drops
from harness.stack.wait import wait_until
from tests.houses.widgets import PATIENCE, Widgets

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

BUTTON = "Estimate price"
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


class PriceForm(Widgets):
    """One browser page with the form in it."""

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page)
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
