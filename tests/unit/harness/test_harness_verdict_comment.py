"""The verdict as a comment, which is short, and whose text is inert."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from harness.verdict import report
from harness.verdict.verdict import Outcome, Verdict
from tests.unit.harness.verdicts import result


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
