"""What a person sees after the click: a price with its interval, or what went wrong.

The pictures are HTML and CSS because Streamlit's sanitiser drops inline SVG.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from answers import Answer, Model
from errors import ApiError
from fields import plain, yes_no
from schema import Contract, Input
from strict import Value

SCROLL = """<script>
document.querySelector(".estimate, .st-key-problem")?.scrollIntoView({block: "nearest"})
</script>"""
WHOLE_FROM = 1000  # from here on, a price is written without cents
SIGNIFICANT_DIGITS = 3  # of a price below 1
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True)
class Estimate:
    """An answer with the contract that it was asked under; ``run_url`` leads to its MLflow run."""

    contract: Contract
    answer: Answer
    run_url: str | None


def show_estimate(estimate: Estimate) -> None:
    with st.container(key="result"):
        st.html(
            _price(estimate)
            + _picture(estimate.answer)
            + f"<p class='sentence'>{escape(sentence(estimate.answer))}</p>"
            + _warnings(estimate.answer)
            + "</section>"
            + _origin(estimate)
            + _inputs(estimate)
        )


def show_error(error: ApiError, advice: str | None = None) -> None:
    """A plain message: what happened, to which fields, what to do. Never a price.

    ``advice`` replaces the error's own, which speaks to somebody who has just asked for a price.
    """
    lines = [f"**{error.headline}**"]
    for problem in error.fields:
        name = f"**{plain(problem.name)}**: " if problem.name else ""
        lines.append(f"- {name}{plain(problem.message)}")
    lines += [advice or f"No price was estimated. {error.advice}"]
    with st.container(key="problem"), st.container(key=f"problem-{error.kind}"):
        st.error("\n\n".join(lines))
        st.html(f"<p class='origin'>Reference for support: <code>{error.reference}</code></p>")


def scroll_to_outcome() -> None:
    """On a phone the outcome is drawn below the button and out of sight: bring it into view."""
    st.html(SCROLL, unsafe_allow_javascript=True)


def money(amount: float, currency: str) -> str:
    """``amount`` as prices are written: $208,500, CHF 12.50 or €0.00345.

    The fewer digits stand before the point, the more follow it, so that no small price is 0.
    """
    if amount >= WHOLE_FROM:
        decimals = 0
    elif amount >= 1 or amount == 0:
        decimals = 2
    else:
        decimals = SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(amount))
    sign = SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{sign}{Decimal(repr(amount)):,.{decimals}f}"


def sentence(answer: Answer) -> str:
    """The interval in words. It never promises too much."""
    low, high = (money(end, answer.currency) for end in (answer.lower, answer.upper))
    promised = f"{share(answer.coverage)} houses like this sell between {low} and {high}."
    if answer.forward_coverage is None:
        return promised
    return f"{promised} Of the latest sales it was only {share(answer.forward_coverage)}."


def share(part: float) -> str:
    """A share in words, rounded down: 9 in 10."""
    rounded = Fraction(int(part * 100 + 1e-9), 100)
    return f"{rounded.numerator} in {rounded.denominator}"


def run_url(public: str, model: Model) -> str | None:
    """The run's page under MLflow's public address; None when that is empty or has port 0."""
    try:
        parts = urlsplit(public)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        return None
    page = f"/#/experiments/{model.experiment_id}/runs/{model.run_id}"
    return public.rstrip("/") + page if usable else None


def _price(estimate: Estimate) -> str:
    answer = estimate.answer
    raw = {
        "price": repr(answer.price),
        "lower": repr(answer.lower),
        "upper": repr(answer.upper),
        "coverage": repr(answer.coverage),
        "forward-coverage": json.dumps(answer.forward_coverage),
        "currency": answer.currency,
        "model-version": answer.model_version,
        "request-id": answer.request_id,
    }
    data = " ".join(f'data-{name}="{escape(value)}"' for name, value in raw.items())
    return (
        f"<section class='estimate' role='status' {data}>"
        f"<h2>{escape(estimate.contract.target.label)}, estimated</h2>"
        f"<p class='price'>{escape(money(answer.price, answer.currency))}</p>"
    )


def _picture(answer: Answer) -> str:
    """A band from lower to upper with the price on it, drawn to scale with room at both ends."""
    width = answer.upper - answer.lower
    at = 50.0 if width == 0 else 15 + 70 * (answer.price - answer.lower) / width
    low, high = (escape(money(end, answer.currency)) for end in (answer.lower, answer.upper))
    return (
        f"<div class='picture' role='img' aria-label='{escape(sentence(answer))}'>"
        f"<div class='scale'><i class='band'></i><i class='dot' style='left:{at:.1f}%'></i></div>"
        f"<div class='ends'><span>{low}</span><span>{high}</span></div></div>"
    )


def _warnings(answer: Answer) -> str:
    """What of the house is unlike all that the model learnt from."""
    return "".join(
        f"<p class='beyond' data-beyond='{escape(warned.field)}'>{escape(warned.message)}</p>"
        for warned in answer.warnings
    )


def _origin(estimate: Estimate) -> str:
    model = f"Model version {escape(estimate.answer.model_version)}"
    if estimate.run_url:
        address = escape(estimate.run_url)
        model += f" · <a href='{address}' target='_blank'>how it was trained (MLflow run)</a>"
    request = escape(estimate.answer.request_id)
    return f"<p class='origin'>{model}<br>Request <code>{request}</code></p>"


def _inputs(estimate: Estimate) -> str:
    rows = "".join(
        f"<div data-input='{escape(question.name)}'><dt>{escape(question.label)}</dt>"
        f"<dd>{escape(worded(question, estimate.answer.inputs[question.name]))}</dd></div>"
        for question in estimate.contract.inputs
    )
    return f"<section class='used'><h2>The house it is for</h2><dl>{rows}</dl></section>"


def worded(question: Input, value: Value) -> str:
    """A value as a person writes it. A number without unit may be a year: it gets no comma."""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, str):
        return value
    digits = f"{Decimal(repr(value)):{',' if question.unit else ''}f}"
    return f"{digits.removesuffix('.0')} {question.unit}".strip()
