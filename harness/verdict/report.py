"""Writes the verdict: for programs, for a pull request, and for a person who reads a page."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.stack.measure import StackFigures
from harness.verdict.charts import bullet, histogram, short, timeline
from harness.verdict.checks import OTHER
from harness.verdict.verdict import Result, Verdict

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

JSON, MARKDOWN, PAGE = "verdict.json", "verdict.md", "report.html"
FILES = (JSON, MARKDOWN, PAGE)
MB = 1_000_000
TRACE_LIMIT, PAGE_LIMIT = 5 * MB, 25 * MB
"""What is larger is linked, not embedded: a trace, and all that is embedded together."""
REASONS, REASON_LENGTH = 20, 200  # in the pull request's comment
# Colours of terminals, and what HTML must not contain.
_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)


def remove(folder: Path) -> None:
    """Removes what the run before wrote: one that is killed leaves no verdict, not an old one."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


def write(verdict: Verdict, folder: Path) -> Path:
    """Writes all files into ``folder``; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(verdict.to_json(), indent=1)
    (folder / JSON).write_text(text)
    (folder / MARKDOWN).write_text(_render("verdict.md.j2", verdict, folder), encoding="utf-8")
    (folder / PAGE).write_text(_render("report.html.j2", verdict, folder), encoding="utf-8")
    return folder / PAGE


def duration(seconds: float) -> str:
    """As a person says it: 0.3 s, 12 s, 5 min 12 s."""
    if seconds < 10:
        return f"{seconds:.2g} s" if seconds >= 0.1 else f"{seconds * 1000:.0f} ms"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"


def when(moment: float | str | None) -> str:
    """A moment, in seconds since the epoch or as ISO 8601, in words."""
    if moment is None:
        return "unknown"
    try:
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else None
    except ValueError:
        return str(moment)
    at = at or datetime.fromtimestamp(float(moment), UTC)
    return f"{at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"


def clean(text: str) -> str:
    """Without what a terminal understands and a page does not."""
    return _CONTROL.sub("", text)


def code(text: object, limit: int = REASON_LENGTH) -> str:
    """``text`` as Markdown shows it untouched, in one line."""
    line = " ".join(clean(str(text)).split())
    line = line if len(line) <= limit else f"{line[:limit]}…"
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def bound(figure: Mapping[str, Any]) -> str:
    """What a figure was held against, in words."""
    unit = f" {figure['unit']}" if figure["unit"] else ""
    bounds = {"at most": figure["at_most"], "at least": figure["at_least"]}
    return ", ".join(f"{word} {short(b)}{unit}" for word, b in bounds.items() if b is not None)


class _Page:
    """What the templates can ask for, beside the verdict."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._embedded = 0

    def embedded(self, path: str, kind: str, limit: int = PAGE_LIMIT) -> str:
        """The file as an address that needs no other file; where it is too large, its path."""
        file = self._folder / path
        if not file.exists():
            return path
        bytes_ = file.stat().st_size
        if bytes_ > limit or self._embedded + bytes_ > PAGE_LIMIT:
            return path
        self._embedded += bytes_
        return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"

    def trace(self, path: str) -> str:
        return self.embedded(path, "application/zip", TRACE_LIMIT)

    def screenshot(self, path: str) -> str:
        return self.embedded(path, "image/png")


def _bullet(figure: Mapping[str, Any]) -> Markup:
    said = f"{figure['name']}: {short(figure['value'])} {figure['unit']} ({bound(figure)})"
    return _safe(bullet(figure["value"], figure["at_most"], figure["at_least"], said))


def _listed(results: list[Result]) -> list[Result]:
    """Tests that are no checks are of interest when they are not green."""
    return [
        result for result in results if result.check.group != OTHER or result.outcome != "passed"
    ]


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=name.endswith("html.j2"),  # Markdown has code()
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in (bound, code, duration, size, short, when):
        environment.filters[function.__name__] = function
    return environment.get_template(name)


def _render(template: str, verdict: Verdict, folder: Path) -> str:
    distributions = [
        (result, samples)
        for result in verdict.results
        for samples in result.samples
        if samples["values"]
    ]
    rendered = _template(template).render(
        verdict=verdict,
        stacks=[StackFigures.from_json(figures) for figures in verdict.boot],
        distributions=distributions,
        listed=_listed,
        page=_Page(folder),
        bullet=_bullet,
        timeline=lambda stack: _safe(timeline(stack)),
        histogram=lambda samples: _safe(
            histogram(samples["values"], samples["unit"], samples["name"])
        ),
        reasons=REASONS,
    )
    return clean(rendered)


def _safe(svg: str) -> Markup:
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704  # charts.py escapes what it is given
