"""What the form shows after a click that gave a price."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLACE = """picture => {
    const [band, dot] = [".band", ".dot"].map(
        part => picture.querySelector(part).getBoundingClientRect());
    return ((dot.left + dot.right) / 2 - band.left) / band.width;
}"""


@dataclass(frozen=True)
class Shown:
    """What the page shows after a click that gave a price.

    Attributes:
        price, lower, upper, coverage, forward_coverage: the exact numbers that the page carries.
        price_text: the price as a person reads it.
        inputs: name of the input -> its value as a person reads it.
        sentence: the interval in words.
        warnings: input -> what is said of a value that is unlike all that the model learnt from.
        spoken: what a screen reader says in place of the picture of the interval.
        ends: the texts at the two ends of that picture.
        place: of the price on the picture's band, 0 at its left end and 1 at its right one.
        run_link: address behind the link to the model's MLflow run, None without one.
        text: all text of the result.
    """

    price: float
    lower: float
    upper: float
    coverage: float
    forward_coverage: float | None
    currency: str
    model_version: str
    request_id: str
    price_text: str
    inputs: dict[str, str]
    sentence: str
    warnings: dict[str, str]
    spoken: str
    ends: tuple[str, str]
    place: float
    run_link: str | None
    text: str

    @property
    def figures(self) -> tuple[float, float, float]:
        return self.price, self.lower, self.upper


def read_result(page: Page) -> Shown:
    """The result that stands on the page now."""
    result = page.locator(".st-key-result")
    data: dict[str, str] = result.locator("[data-request-id]").evaluate("e => ({...e.dataset})")
    inputs: dict[str, str] = result.locator("[data-input]").evaluate_all(
        "all => Object.fromEntries("
        "all.map(e => [e.dataset.input, e.querySelector('dd').innerText]))"
    )
    warnings: dict[str, str] = result.locator("[data-beyond]").evaluate_all(
        "all => Object.fromEntries(all.map(e => [e.dataset.beyond, e.innerText]))"
    )
    picture = result.get_by_role("img")
    low, high = picture.locator(".ends span").all_inner_texts()
    link = result.get_by_role("link", name=re.compile("MLflow"))
    return Shown(
        price=float(data["price"]),
        lower=float(data["lower"]),
        upper=float(data["upper"]),
        coverage=float(data["coverage"]),
        forward_coverage=json.loads(data["forwardCoverage"]),
        currency=data["currency"],
        model_version=data["modelVersion"],
        request_id=data["requestId"],
        price_text=result.locator(".price").inner_text(),
        inputs=inputs,
        sentence=result.locator(".sentence").inner_text(),
        warnings=warnings,
        spoken=picture.get_attribute("aria-label") or "",
        ends=(low, high),
        place=picture.evaluate(PLACE),
        run_link=link.get_attribute("href") if link.count() else None,
        text=result.inner_text(),
    )
