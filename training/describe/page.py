"""A page that shows what is in a dataset: how each input is read, and its values beside prices."""

from __future__ import annotations

import base64
import tempfile
from html import escape
from pathlib import Path

from training.dataset import Dataset
from training.input_plots import draw_inputs

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: #1b2733; }
table { border-collapse: collapse; width: 100%; min-width: 60rem; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d8e0e8;
  overflow-wrap: break-word; }
img { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
"""


def page(dataset: Dataset, left_out: dict[str, str]) -> str:
    """HTML that needs no other file.

    Args:
        left_out: column -> why it is no input.
    """
    title = escape(dataset.contract.title)
    price, currency = dataset.price, dataset.contract.target.currency
    prices = f"{price.min():,.12g} to {price.max():,.12g} {currency}"
    rows = [["input", "column", "kind", "values", "first cell", "read as"]]
    rows += [[reading[key] for key in rows[0]] for reading in dataset.readings]
    notes = "".join(f"<li>{escape(note)}</li>" for note in dataset.notes)
    notes += "".join(
        f"<li>{escape(column)} is left out: {escape(why)}</li>" for column, why in left_out.items()
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body><h1>{title}</h1>
<p>{len(price):,} of {dataset.rows_read:,} sales, {len(dataset.readings)} inputs,
prices from {prices}.</p>
<div class="wide" tabindex="0" role="region" aria-label="Inputs">{_table(rows)}</div>
<ul>{notes}</ul>
{"".join(_pictures(dataset))}
</body></html>
"""


def _table(rows: list[list[str]]) -> str:
    heading, *body = rows
    head = "".join(f"<th scope=col>{escape(cell)}</th>" for cell in heading)
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in body]
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _pictures(dataset: Dataset) -> list[str]:
    with tempfile.TemporaryDirectory() as place:
        draw_inputs(Path(place), dataset.contract, dataset.inputs, dataset.price)
        return [
            f'<img alt="Each input and the prices beside it" src="data:image/png;base64,{content}">'
            for file in sorted(Path(place).iterdir())
            if (content := base64.b64encode(file.read_bytes()).decode())
        ]
