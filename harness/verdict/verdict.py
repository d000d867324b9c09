"""The verdict of a run: yes or no, and why. Plain data and rules; knows no pytest.

A yes needs at least one check that passed; each of the others that were asked for must have passed
too, in one try, or say why it does not apply.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from harness.verdict.checks import OTHER, Check

Outcome = Literal["passed", "does not apply", "failed", "error", "flaky", "skipped", "not run"]
RED: tuple[Outcome, ...] = ("failed", "error", "flaky", "skipped", "not run")
"""The worst first: the order in which a person wants to read them."""
OUTCOMES: tuple[Outcome, ...] = (*RED, "does not apply", "passed")
GROUPS = ("boot", "contract", "prediction", "input", "tracking", "browser", "quality", "faults")
FORMAT = 1


@dataclass(frozen=True)
class Result:
    """How one check ended.

    Attributes:
        check: which one.
        nodeid: pytest's name of the test.
        outcome: ``flaky`` is one that failed and passed in one run; one that "does not apply" asks
            about what is not there, and is neither red nor green.
        seconds: of the test itself.
        setup_seconds: of what it had to wait for before and after, a boot for instance.
        started: seconds since the epoch; None for one that never began.
        message: what a person reads first, without a traceback.
        longrepr: pytest's whole account of the failure.
        figures: what was measured, each with its bounds.
        samples: distributions that were measured.
        sections: (title, text): what was printed and logged meanwhile.
        screenshots: paths, relative to the folder of the verdict.
        trace: Playwright's trace of a failed browser test, likewise.
    """

    check: Check
    nodeid: str
    outcome: Outcome
    seconds: float = 0.0
    setup_seconds: float = 0.0
    started: float | None = None
    message: str = ""
    longrepr: str = ""
    figures: Sequence[Mapping[str, Any]] = ()
    samples: Sequence[Mapping[str, Any]] = ()
    sections: Sequence[tuple[str, str]] = ()
    screenshots: Sequence[str] = ()
    trace: str | None = None

    def to_json(self) -> dict[str, Any]:
        content = asdict(self)
        return {**content.pop("check"), **content}

    @property
    def reason(self) -> str:
        """Why it is not green, in one line."""
        if self.outcome == "not run":  # why the run stopped is a reason of its own
            return f"{self.check.id}: not run"
        said = next((line for line in self.message.splitlines() if line.strip()), "")
        return f"{self.check.id}: {self.outcome}" + (f": {said.strip()[:300]}" if said else "")


@dataclass(frozen=True)
class LeftOut:
    """A check that was asked for and, as is known beforehand, cannot run here."""

    check: Check
    why: str

    def to_json(self) -> dict[str, str]:
        return {"id": self.check.id, "sentence": self.check.sentence, "why": self.why}


@dataclass(frozen=True)
class Verdict:
    """What is written of one run.

    Attributes:
        started: seconds since the epoch.
        seconds: from the first test collected to the stack removed.
        results: of all checks that were asked for.
        left_out: what cannot be asked of a stack that runs elsewhere.
        troubles: what else went wrong with the run, a line each.
        missing: checks that a yes has to stand on as well, and that were not asked for.
        deselected: how many checks were not asked for, of those in the same files.
        tested: what the answers are about: images, commit, machine.
        boot: how the stacks came up.
    """

    started: float
    seconds: float
    results: Sequence[Result]
    left_out: Sequence[LeftOut] = ()
    troubles: Sequence[str] = ()
    missing: Sequence[Check] = ()
    deselected: int = 0
    tested: Mapping[str, Any] = field(default_factory=dict)
    boot: Sequence[Mapping[str, Any]] = ()

    @property
    def is_yes(self) -> bool:
        return not self.reasons

    @property
    def word(self) -> str:
        if self.is_yes:
            return "yes"
        return "no" if self._red else "incomplete"

    @property
    def reasons(self) -> list[str]:
        """Why it is no yes: a line each, the run's own troubles first."""
        left_out = f"run: {self._left_out}: {_named(self.missing)}" if self.missing else None
        return ([left_out] if left_out else []) + self._red

    @property
    def _left_out(self) -> str:
        everything = len(self.results) + len(self.missing)
        verb = "was" if len(self.missing) == 1 else "were"
        return f"{len(self.missing)} of {everything} checks {verb} left out"

    @property
    def _red(self) -> list[str]:
        found = [f"run: {' '.join(trouble.split())}" for trouble in self.troubles]
        if not self.results:
            found.append("run: no check was asked for: nothing was proved")
        elif not self.troubles and all(check.outcome == "does not apply" for check in self.results):
            found.append("run: no check that was asked for applies: nothing was proved")
        return found + [result.reason for result in self.not_green]

    @property
    def not_green(self) -> list[Result]:
        """The worst first."""
        red = [check for check in self.results if check.outcome in RED]
        return sorted(red, key=lambda check: RED.index(check.outcome))

    @property
    def not_applicable(self) -> list[Result]:
        """What asks about something that is not there, each with its reason as the message."""
        return [check for check in self.results if check.outcome == "does not apply"]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(result.outcome for result in self.results)
        each_of: dict[str, int] = {outcome: counted[outcome] for outcome in OUTCOMES}
        beside = {"left_out": len(self.left_out), "deselected": self.deselected}
        beside["missing"] = len(self.missing)
        return {"asked": len(self.results), **each_of, **beside}

    @property
    def groups(self) -> dict[str, list[Result]]:
        """The results as a person reads them: boot first, tests that are no checks last."""
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.check.group, []).append(result)
        return dict(sorted(found.items(), key=lambda group: _place(group[0])))

    @property
    def sentence(self) -> str:
        """The verdict for a person who reads one sentence."""
        asked, green = len(self.results), self.counts["passed"]
        beside = self._beside
        if self.is_yes:
            which = "that were asked for"
            if self.left_out:
                which = "that a stack elsewhere can be asked"
            if self.not_applicable:
                which = "that apply"
            if green == 1:
                which = which.replace("apply", "applies").replace("were", "was")
            what = f"The one check {which}" if green == 1 else f"All {green} checks {which}"
            return f"{what} ran and passed{f'; {beside}' if beside else ''}."
        if self.word == "incomplete":
            return f"{self._left_out}, so this is no yes; all {green} that ran passed."
        if not asked:
            return "No check ran, so nothing was proved."
        counts = self.counts
        red = [f"{counts[outcome]} {outcome}" for outcome in RED if counts[outcome]]
        if counts["error"] > 1:
            red = [f"{word}s" if word.endswith("error") else word for word in red]
        if self.not_applicable and not red and not green:
            return f"No check that was asked for applies, so nothing was proved; {beside}."
        if not red:
            also = f"; {beside}" if beside else ""
            return f"All {green} checks passed, but the run itself did not end well{also}."
        return (
            f"{green} of {asked} checks passed: {', '.join(red)}{f'; {beside}' if beside else ''}."
        )

    @property
    def _beside(self) -> str:
        """How many checks do not apply or cannot be asked, as the end of a sentence; empty where
        there are none."""
        told = []
        if count := len(self.not_applicable):
            verb = "does" if count == 1 else "do"
            told.append(f"{count} of {len(self.results)} {verb} not apply")
        if count := len(self.left_out):
            needs, was = ("needs", "was") if count == 1 else ("need", "were")
            told.append(f"{count} {needs} the containers and {was} left out")
        return ", and ".join(told)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "verdict": self.word,
            "sentence": self.sentence,
            "reasons": self.reasons,
            "started": self.started,
            "seconds": self.seconds,
            "counts": self.counts,
            "checks": [result.to_json() for result in self.results],
            "left_out": [omitted.to_json() for omitted in self.left_out],
            "missing": [check.to_json() for check in self.missing],
            "tested": dict(self.tested),
            "boot": list(self.boot),
        }


def _named(checks: Sequence[Check], few: int = 10) -> str:
    names = sorted({check.id.partition("[")[0] for check in checks})
    more = f" and {len(names) - few} more" if len(names) > few else ""
    return ", ".join(names[:few]) + more


def _place(group: str) -> tuple[int, str]:
    if group == OTHER:
        return len(GROUPS) + 1, group
    return (GROUPS.index(group) if group in GROUPS else len(GROUPS)), group
