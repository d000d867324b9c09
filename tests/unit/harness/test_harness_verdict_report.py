"""The verdict as a page that needs nothing else, and in which no text comes out as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.verdict import report
from harness.verdict.verdict import Outcome, Verdict
from tests.unit.harness.verdicts import parsed, result

LOADS = {"src", "href", "data", "action", "poster", "srcset"}


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
