"""Pictures for the report, as SVG that takes its colours from the page around it.

Each has a title that says in words what it shows. Nothing in here comes out unescaped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from harness.stack.measure import StackFigures

WIDTH = 480
_ROW, _BAR, _LABEL = 26, 12, 84  # heights of a row and its bar, width of the names at the left


def timeline(stack: StackFigures) -> str:
    """How one stack came up: a bar for each phase, then one a service from start to healthy."""
    spans = list(_spans(stack))
    end = max([span.end for span in spans] + [0.1])
    scale = _Scale(0, end, _LABEL, WIDTH - 72)
    rows = []
    for number, span in enumerate(spans):
        top = number * _ROW
        left, right = scale(span.begin), scale(span.end)
        rows.append(_text(0, top + 14, span.name, "name"))
        rows.append(
            f'<rect class="{span.kind}" x="{left:.1f}" y="{top + 4}" rx="3" height="{_BAR}"'
            f' width="{max(2.0, right - left):.1f}"/>'
        )
        rows.append(_text(right + 6, top + 14, span.said, "value"))
    height = len(spans) * _ROW
    for tick in _ticks(end):
        x = scale(tick)
        rows.insert(0, f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>')
        rows.append(_text(x, height + 14, f"{tick:g} s", "tick", anchor="middle"))
    told = "; ".join(f"{span.name} from {span.begin:.1f} s, {span.said}" for span in spans)
    return _svg(f"Boot of {stack.name}: {told}", height + 20, rows)


def histogram(values: Sequence[float], unit: str, name: str) -> str:
    """How ``values`` are distributed, with lines at their median, 95th and 99th percentile."""
    ordered = sorted(values)
    marks = {"median": percentile(ordered, 50), "p95": percentile(ordered, 95)}
    marks["p99"] = percentile(ordered, 99)
    low, high = ordered[0], ordered[-1]
    bins = min(40, max(8, round(math.sqrt(len(ordered)) * 1.5)))
    step = (high - low) / bins or 1.0
    counts = [0] * bins
    for value in ordered:
        counts[min(bins - 1, int((value - low) / step))] += 1
    scale, height = _Scale(low, low + bins * step, 8, WIDTH - 8), 160
    parts = []
    for number, count in enumerate(counts):
        left, right = scale(low + number * step), scale(low + (number + 1) * step)
        tall = count / max(counts) * (height - 44)
        parts.append(
            f'<rect class="bin" x="{left + 0.5:.1f}" y="{height - tall:.1f}"'
            f' width="{right - left - 1:.1f}" height="{tall:.1f}"/>'
        )
    for number, (mark, value) in enumerate(marks.items()):
        x = scale(value)
        # Texts on the side where there is room, each on a line of its own.
        anchor, off = ("end", -5) if x > WIDTH * 0.75 else ("start", 5)
        top = 13 * number
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{height}"/>')
        parts.append(_text(x + off, top + 11, f"{mark} {short(value, 3)} {unit}", "value", anchor))
    parts.append(f'<line class="axis" x1="8" x2="{WIDTH - 8}" y1="{height}" y2="{height}"/>')
    for tick in (low, (low + high) / 2, high):
        anchor = {low: "start", high: "end"}.get(tick, "middle")
        parts.append(_text(scale(tick), height + 15, f"{short(tick, 3)} {unit}", "tick", anchor))
    said = ", ".join(f"{mark} {short(value, 3)} {unit}" for mark, value in marks.items())
    title = f"{name}: {len(ordered)} values from {short(low, 3)} to {short(high, 3)} {unit}, {said}"
    return _svg(title, height + 20, parts)


def bullet(value: float, at_most: float | None, at_least: float | None, said: str) -> str:
    """A measured figure as a bar, and its bound as a mark across."""
    bounds = [bound for bound in (at_most, at_least) if bound is not None]
    everything = [0.0, value, *bounds]
    low, high = min(everything), max(everything)
    scale = _Scale(low, low + (high - low or 1.0) * 1.12, 0, 160)
    broken = (at_most is not None and value > at_most) or (
        at_least is not None and value < at_least
    )
    zero, end = sorted((scale(0.0), scale(value)))
    parts = ['<rect class="track" x="0" y="4" width="160" height="6" rx="3"/>']
    kind = "broken" if broken else "kept" if bounds else "bin"
    parts.append(
        f'<rect class="{kind}" x="{zero:.1f}" y="4" width="{max(2.0, end - zero):.1f}"'
        ' height="6" rx="3"/>'
    )
    parts += [
        f'<line class="bound" x1="{scale(bound):.1f}" x2="{scale(bound):.1f}" y1="0" y2="14"/>'
        for bound in bounds
    ]
    return _svg(said, 14, parts, width=160, kind="bullet")


def short(value: float, digits: int = 4) -> str:
    """A number as a person writes it: few digits, thousands with commas."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest of ``ordered`` that at least ``percent`` of them do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


@dataclass(frozen=True)
class _Span:
    """Seconds since the boot began."""

    name: str
    begin: float
    end: float
    kind: str
    said: str


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)


def _spans(stack: StackFigures) -> list[_Span]:
    lasting = {"preflight": stack.preflight, "images": stack.build}
    edges = [0.0, stack.preflight, stack.preflight + stack.build]
    spans = [
        _Span(name, begin, end, "phase", f"{end - begin:.1f} s")
        for name, (begin, end) in zip(lasting, pairwise(edges), strict=True)
    ]
    for service in stack.services:
        if service.started_at is not None:
            began = service.started_at - stack.begun_at
            seconds = service.seconds_to_healthy
            if seconds is None:
                end = max(began, edges[-1] + stack.start)
                spans.append(_Span(service.service, began, end, "broken", "not healthy"))
            else:
                end = began + seconds
                spans.append(_Span(service.service, began, end, "kept", f"{seconds:.1f} s"))
    return spans


def _ticks(end: float) -> list[float]:
    """At most seven round numbers from 0 to ``end``."""
    step = 10 ** math.floor(math.log10(end))
    step = next(step * factor for factor in (0.2, 0.5, 1, 2, 5) if end / (step * factor) <= 7)
    return [number * step for number in range(int(end / step) + 1)]


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _svg(
    title: str, height: float, parts: Sequence[str], width: int = WIDTH, kind: str = "chart"
) -> str:
    said = escape(title)
    return (
        f'<svg class="{kind}" role="img" viewBox="0 0 {width} {height:.0f}" aria-label="{said}">'
        f"<title>{said}</title>{''.join(parts)}</svg>"
    )
