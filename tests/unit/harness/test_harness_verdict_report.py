"""The verdict as its readers get it: a page that needs nothing else, and a short comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from harness.stack.measure import ServiceFigures, StackFigures
from harness.verdict import report
from harness.verdict.charts import bullet, histogram, percentile, short, timeline
from harness.verdict.checks import Check
from harness.verdict.verdict import LeftOut, Outcome, Result, Verdict

HOSTILE = "<script>alert(1)</script> & \"quoted\" 'too' ``` | @all \x1b[31mred\x1b[0m \x00 \ud800"
PNG = b"\x89PNG\r\n\x1a\n"
LOADS = {"src", "href", "data", "action", "poster", "srcset"}


def result(number: int, outcome: Outcome, group: str = "input", said: str = "") -> Result:
    check = Check(f"{group}.number-{number}", group, f"Number {number} holds")
    return Result(check, f"test_it.py::test_{number}", outcome, message=said, started=1.0)


def stack(**changes: object) -> StackFigures:
    web = ServiceFigures(
        service="web",
        started_at=103.0,
        healthy_at=107.5,
        restarts=0,
        memory_bytes=10**6,
        memory_limit_bytes=0,
        image_id="sha256:1",
        image_tags=["web:1"],
        image_bytes=10**7,
        image_created="",
        image_labels={},
    )
    api = replace(web, service="api<b>", started_at=108.0, healthy_at=None)
    made = StackFigures(
        name="stack-1",
        role="shared",
        begun_at=100.0,
        preflight=1.0,
        build=2.0,
        start=6.0,
        up_at=109.0,
        reused=False,
        kept=False,
        services=[web, api],
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def hostile(tmp_path: Path) -> Verdict:
    """A run of which everything that can be named contains what must be escaped."""
    (tmp_path / "shot.png").write_bytes(PNG)
    (tmp_path / "trace.zip").write_bytes(b"PK")
    check = Check(f"input.x[{HOSTILE}]", "input", HOSTILE)
    figure = {"name": HOSTILE, "value": 5.0, "unit": "<i>", "at_most": 4.0, "at_least": None}
    failed = Result(
        check,
        HOSTILE,
        "failed",
        message=HOSTILE,
        longrepr=HOSTILE,
        figures=[figure],
        samples=[{"name": HOSTILE, "unit": "<i>", "values": [1.0, 2.0, 3.0]}],
        sections=[(f"api, last lines during this test {HOSTILE}", HOSTILE)],
        screenshots=["shot.png"],
        trace="trace.zip",
    )
    image = {"id": "sha256:1", "tags": [HOSTILE], "size": 1, "created": "", "stand_in": HOSTILE}
    return Verdict(
        started=1.0,
        seconds=2.0,
        results=[failed, result(1, "passed")],
        left_out=[LeftOut(check, HOSTILE)],
        troubles=[HOSTILE],
        tested={
            "addresses": HOSTILE,
            "images": {HOSTILE: [image]},
            "about": HOSTILE,
            "facts": {HOSTILE: HOSTILE},
            "commit": {"id": HOSTILE, "dirty": True},
            "machine": {"os": HOSTILE, "cpus": 1, "memory": 1, "python": HOSTILE},
        },
        boot=[stack(name=HOSTILE).to_json()],
    )


def parsed(text: str) -> ElementTree.Element:
    """Fails where ``text`` is not well-formed."""
    return ElementTree.fromstring(text)  # noqa: S314  # our own


def page_of(verdict: Verdict, folder: Path) -> ElementTree.Element:
    return parsed(report.write(verdict, folder).read_text(encoding="utf-8"))


def attributes(page: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for element in page.iter():
        yield from element.attrib.items()


def test_nothing_in_the_page_comes_out_as_markup(hostile: Verdict, tmp_path: Path) -> None:
    page = page_of(hostile, tmp_path)

    scripts = [element.text or "" for element in page.iter("script")]
    assert len(scripts) == 1, "the page's own"
    assert "alert" not in scripts[0]
    assert list(page.iter("i")) == []
    shown = "".join(page.itertext())
    assert "<script>alert(1)</script> & \"quoted\" 'too'" in shown
    assert "\x1b" not in shown
    assert "red" in shown


def test_the_facts_of_the_system_are_terms_and_values(tmp_path: Path) -> None:
    tested = {"about": "shop 3", "facts": {"Ledger": "of *May*", "Till": "no. 7"}}
    page = page_of(Verdict(1.0, 2.0, [result(1, "passed")], tested=tested), tmp_path)

    [head] = (element.text for element in page.iter("p") if element.get("class") == "eyebrow")
    [facts, *_] = page.iter("dl")
    assert head == "The gate, for shop 3"
    assert [element.text for element in facts] == ["Ledger", "of *May*", "Till", "no. 7"]
    assert "- `Ledger`: `of *May*`\n- `Till`: `no. 7`\n" in (tmp_path / "verdict.md").read_text()


def test_the_page_loads_nothing(hostile: Verdict, tmp_path: Path) -> None:
    page = page_of(hostile, tmp_path)

    loaded = [value for name, value in attributes(page) if name in LOADS]
    assert len(loaded) >= 3, "a link, a screenshot and a trace"
    assert [address for address in loaded if not address.startswith(("#", "data:"))] == []
    assert {element.tag for element in page.iter()}.isdisjoint({"link", "iframe", "object", "base"})
    [style] = page.iter("style")
    assert not re.search(r"url\(|@import", style.text or "")


def test_the_links_of_the_page_lead_somewhere(hostile: Verdict, tmp_path: Path) -> None:
    found = list(attributes(page_of(hostile, tmp_path)))
    ids = [value for name, value in found if name == "id"]

    assert len(ids) == len(set(ids))
    assert {value[1:] for name, value in found if name == "href" and value[0] == "#"} <= set(ids)


def test_what_is_too_large_is_linked(
    hostile: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "TRACE_LIMIT", 1)
    page = page_of(hostile, tmp_path)

    assert ("href", "trace.zip") in attributes(page)


def test_failures_are_open_and_what_passed_is_closed(tmp_path: Path) -> None:
    figure = {"name": "error", "value": 5.0, "unit": "", "at_most": 9.0, "at_least": None}
    green = replace(result(2, "passed"), figures=[figure])
    page = page_of(Verdict(1.0, 2.0, [result(1, "failed"), green]), tmp_path)

    red, measured = (page.find(f".//details[@id='check-{number}']") for number in range(2))
    assert red is not None
    assert red.get("open")
    assert measured is not None
    assert not measured.get("open")
    assert "5, at most 9" in "".join(measured.itertext())


def test_tests_that_are_no_checks_are_listed_when_they_are_not_green(tmp_path: Path) -> None:
    some: list[Outcome] = ["passed", "failed", "passed"]
    results = [result(number, how, group="other") for number, how in enumerate(some)]
    shown = "".join(page_of(Verdict(1.0, 2.0, results), tmp_path).itertext())

    assert "Number 1 holds" in shown
    assert "Number 0 holds" not in shown
    assert "2 tests that are no checks of their own passed" in shown


@pytest.mark.parametrize("word", ["yes", "no"])
def test_the_word_stands_on_top_with_one_sentence(tmp_path: Path, word: str) -> None:
    outcome: Outcome = "passed" if word == "yes" else "flaky"
    verdict = Verdict(1.0, 2.0, [result(1, outcome)])
    page = page_of(verdict, tmp_path)

    [top] = page.iter("h1")
    assert (top.text or "").lower() == word
    assert verdict.sentence in "".join(page.itertext())


def test_the_comment_is_short_and_its_text_is_inert(hostile: Verdict, tmp_path: Path) -> None:
    long = [result(number, "failed", said="x" * 5000) for number in range(500)]
    left_out = list(hostile.left_out) * 100
    report.write(replace(hostile, results=[*hostile.results, *long], left_out=left_out), tmp_path)
    text = (tmp_path / "verdict.md").read_text(encoding="utf-8")

    assert len(text.splitlines()) < 60
    assert len(text.encode()) < 60_000
    assert text.startswith("## Gate: **no**\n")
    assert "481 more" not in text
    assert re.search(r"and \d+ more, all of them in `report.html`", text)
    # Nothing but what stands between backticks may come from the run.
    assert "<script" not in re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


@pytest.mark.parametrize("outcomes", [("passed", "failed"), ("passed", "does not apply")])
def test_the_comment_shows_the_groups_as_a_table(
    tmp_path: Path, outcomes: tuple[Outcome, ...]
) -> None:
    groups = {"boot", "faults", "input"}
    checks = [
        result(number, outcome, group)
        for group in groups
        for number, outcome in enumerate(outcomes)
    ]
    report.write(Verdict(1.0, 2.0, checks), tmp_path)

    text = (tmp_path / "verdict.md").read_text(encoding="utf-8")
    html = f"<p>{MarkdownIt().enable('table').render(text)}</p>"
    page = ElementTree.fromstring(html)  # noqa: S314  # it was written just now
    [table] = page.iter("table")
    [head, *rows] = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    assert head[:3] == ["group", "passed", "of"]
    assert {row[0] for row in rows} == groups
    passed = str(outcomes.count("passed"))
    assert {tuple(row[1:]) for row in rows} == {(passed, "2", *["1"] * (len(head) - 3))}


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain", "`plain`"), ("a `b` c", "``a `b` c``"), ("`b`", "`` `b` ``"), ("a\n\nb", "`a b`")],
)
def test_code_in_a_comment_ends_where_it_should(text: str, shown: str) -> None:
    assert report.code(text) == shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0123, "12 ms"),
        (0.26, "0.26 s"),
        (12.4, "12 s"),
        (59.6, "1 min 00 s"),
        (312, "5 min 12 s"),
    ],
)
def test_a_duration_is_said_as_a_person_would(seconds: float, said: str) -> None:
    assert report.duration(seconds) == said


def test_the_timeline_says_in_words_what_it_shows() -> None:
    picture = parsed(timeline(stack()))

    assert picture.get("aria-label") == (
        "Boot of stack-1: preflight from 0.0 s, 1.0 s; images from 1.0 s, 2.0 s; "
        "web from 3.0 s, 4.5 s; api<b> from 8.0 s, not healthy"
    )
    bars = {bar.get("class"): bar for bar in picture.iter("rect")}
    kept, broken = (float(bars[kind].get("width", 0)) for kind in ("kept", "broken"))
    # The start took 6 s from second 3 on: for 1 s of that, api was waited for.
    assert kept == pytest.approx(4.5 * broken, rel=0.01)


def test_the_timeline_of_a_stack_without_containers_can_be_drawn() -> None:
    parsed(timeline(stack(services=[], preflight=0.0, build=0.0, up_at=None)))


@pytest.mark.parametrize("values", [[5.0], [5.0] * 10, [float(number) for number in range(1, 101)]])
def test_the_histogram_counts_every_value(values: list[float]) -> None:
    picture = parsed(histogram(values, "ms", "time"))

    tall = [float(bar.get("height", 0)) for bar in picture.iter("rect")]
    assert max(tall) > 0
    assert f"time: {len(values)} values from {short(values[0])}" in picture.get("aria-label", "")


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 101)]

    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 50) == 7


@pytest.mark.parametrize(
    ("at_most", "at_least", "kind"),
    [(4.9, None, "broken"), (5.0, None, "kept"), (None, 5.1, "broken"), (None, None, "bin")],
)
def test_a_bar_shows_whether_the_bound_holds(
    at_most: float | None, at_least: float | None, kind: str
) -> None:
    picture = parsed(bullet(5.0, at_most, at_least, "said"))

    assert [bar.get("class") for bar in picture.iter("rect")] == ["track", kind]
