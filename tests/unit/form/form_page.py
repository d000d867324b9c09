"""The page as Streamlit's own test runner shows it, and what it is asked and told in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

HOUSE = {"berths": 4, "length": 9.5, "built": 1998, "harbour": "Rock & Sand", "cabin": False}
PROBLEM = {
    "title": "Some inputs are not valid",
    "errors": [{"field": "built", "label": "Year built", "message": "must be at most 2026"}],
}


def click(form: AppTest) -> AppTest:
    [estimate] = [button for button in form.button if button.label == "Estimate price"]
    return estimate.click().run()


def html(form: AppTest) -> str:
    return "".join(element.proto.body for element in form.get("html"))
