"""What each column is: the price, an input, an identifier, the time of sale, or nothing of use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from training.describe.draft import Draft
from training.describe.file import format_keys, format_of
from training.describe.headings import slug_of, unit_of, words_of
from training.errors import DatasetError
from training.reading.missing import without_missing
from training.reading.numbers import looks_like
from training.reading.price import SYMBOLS
from training.reading.sold import CERTAIN, EITHER, as_dates
from training.spec import MAX_INPUTS, RESERVED

PRICE = r"price|preis|prix|precio|pre[çc]o|prijs|prezzo|cena|cost|amount|value|kr\b|sale"
SOLD = r"sold|sale|date|datum|fecha|kauf"
IDENTIFIER = r"(?:^|_)(?:id|nr|no|number|pid|key|index|unnamed|order|listing|uuid|ref)(?:_|$)"
CURRENCIES = "USD EUR GBP CHF SEK NOK DKK PLN CZK AUD CAD NZD INR JPY CNY SGD HKD BRL MXN ZAR"
LATER = 0.8  # of the sales come before ``test_from``


def guess_target(
    csv: Path, draft: Draft, columns: dict[str, pd.Series], given: str | None, currency: str | None
) -> None:
    if given is not None and given not in columns:
        raise DatasetError(
            csv, "target", f'no column "{given}"', f"use one of: {', '.join(columns)}"
        )
    numeric = {name: form for name, text in columns.items() if (form := format_of(text))}
    likely = [name for name in numeric if re.search(PRICE, name, re.IGNORECASE)]
    dated = [name for name in likely if re.search(r"dat|year|yr|month|mo\b|id\b", name.lower())]
    likely = [name for name in likely if name not in dated]
    if given is None and not likely:
        fix = f"name it: --target with one of: {', '.join(numeric or columns)}"
        raise DatasetError(csv, "target", "no column looks like prices", fix)
    name = given or max(likely, key=lambda one: columns[one].nunique())
    heading = f"{name} {csv.stem}"
    found = re.search(CURRENCIES.replace(" ", "|"), heading, re.IGNORECASE)
    sign = next((code for code, sign in SYMBOLS.items() if sign in heading), None)
    code = currency or (found[0].upper() if found else sign or "USD")
    keys, told = format_keys(columns[name])
    draft.tables["target"] = {"column": name, "label": words_of(name), "currency": code, **keys}
    others = [f'"{one}"' for one in likely if one != name]
    why = f"The column of prices{'' if given else ', by its name'}."
    if others and given is None:
        why += f" It could also be {', '.join(others)} (--target)."
    if not (currency or found or sign):
        why += f" Nothing says the currency: {code} is a guess (--currency)."
    draft.why["target"] = f"{why} {told}".rstrip()


def guess_column(draft: Draft, name: str, text: pd.Series) -> None:
    """Puts a column where it belongs: an input, an identifier, the time of sale, or nowhere."""
    cells = without_missing(text, draft.top.get("missing_values", ())).dropna()
    slug = slug_of(name)
    form = format_of(text)
    unique = cells.nunique() / max(1, len(cells))
    if cells.nunique() < 2:
        draft.left_out[name] = "it holds one value only"
    elif re.search(IDENTIFIER, slug) and unique > 0.9:
        draft.top.setdefault("identifiers", []).append(name)
        draft.why["identifiers"] = "Nearly each cell is another one, and the heading says so."
    elif (form is None and looks_like(cells.unique()) == "a date") or (
        re.search(rf"(?:{SOLD})", slug) and form is not None and cells.str.len().eq(4).all()
    ):
        _time(draft, name, cells)
    elif re.search(r"(?:^|_)(?:sale|sold)(?:_|$)", slug):
        draft.top.setdefault("not_features", []).append(name)
        draft.why["not_features"] = "They describe the sale, and not the house."
    elif form is None and unique > 0.5 and looks_like(cells.unique()) is None:
        draft.left_out[name] = "nearly each cell is another text"
    elif len(draft.inputs) >= MAX_INPUTS:
        draft.left_out[name] = f"there are {MAX_INPUTS} inputs before it"
    else:
        taken = {*RESERVED, *(table.removeprefix("inputs.") for table in draft.inputs)}
        free = next(one for at in range(1, 999) if (one := slug + f"_{at}" * (at > 1)) not in taken)
        keys, told = format_keys(text)
        table: dict[str, Any] = {"column": name, "label": words_of(name), **keys}
        if told:
            draft.why[f"inputs.{free}"] = told
        labels = {draft.tables[one]["label"] for one in draft.inputs}
        if table["label"] in labels:
            table["label"] = name
        if unit := unit_of(name):
            table["unit"] = unit
        draft.tables[f"inputs.{free}"] = table


def _time(draft: Draft, name: str, cells: pd.Series) -> None:
    read = as_dates(cells, (*CERTAIN, *EITHER))
    whole = {form: dates for form, dates in read.items() if not dates.isna().any()}
    if "time" in draft.tables or not re.search(SOLD, slug_of(name)):
        draft.left_out[name] = "it holds dates"
        return
    draft.top.setdefault("not_features", []).append(name)
    draft.why["not_features"] = "They describe the sale, and not the house."
    table: dict[str, Any] = {"column": name}
    if cells.str.fullmatch(r"\d{4}|\d{8}").all():
        table["test_from"] = int(cells.sort_values().iloc[int(LATER * len(cells))])
    elif len(whole) == 1:
        [(form, dates)] = whole.items()
        table["test_from"] = f"{dates.quantile(LATER):%Y-%m-%d}"
        if form not in CERTAIN:
            table["date"] = form
    else:
        draft.left_out[name] = "it holds dates that can be read in two ways, or in none"
        return
    draft.tables["time"] = table
    draft.why["time"] = "The latest sales test a model of the earlier ones."
